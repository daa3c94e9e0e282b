using System.Text.Json.Nodes;
using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Trees;
using FLTS.Tests.Forecasting.Preparation;
using FLTS.Tests.Forecasting.Recurrent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Trees;

/// <summary>LIGHTGBM with lead_mode direct.</summary>
[TestFixture, Parallelizable]
internal sealed class KnotForecastTests
{
    private PreparedSeries _series = null!;
    private FittedKnotTrees _model = null!;

    [OneTimeSetUp]
    public void Fit()
    {
        _series = Chaos(600, 0.3);
        _model = (FittedKnotTrees)Small.FitDirect(series: _series).Model;
    }

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    [Test]
    public void A_model_that_was_saved_and_loaded_forecasts_the_same()
    {
        using var loaded = Small.Family.Load(_model.Signature, Small.Parameters("""{"lead_mode": "direct"}"""), _model.Save());
        var windows = SeriesWindows.Of(_series, [20, 250, 560]);
        Assert.That(loaded.Forecast(windows, 100), Is.EqualTo(_model.Forecast(windows, 100)));
        Assert.That(loaded.Save()["model.json"], Is.EqualTo(_model.Save()["model.json"]));
        Assert.That(_model.Save().Keys, Is.EquivalentTo(new[] { "model.json", "base.json" }));
        Assert.That(_model.Model.Features.IsSeasonal, Is.True);
        Assert.That(_model.Model.Trees.SelectMany(k => k).Sum(k => k.Trees.Trees.Count), Is.GreaterThan(0));
    }

    [Test]
    public void An_answer_does_not_depend_on_how_many_steps_are_asked_for()
    {
        var windows = SeriesWindows.Of(_series, [100, 420, 599]);
        var many = _model.Forecast(windows, 900);
        foreach (var steps in (int[])[1, 2, 3, 10, 47, 200])
        {
            var few = _model.Forecast(windows, steps);
            for (var n = 0; n < 3; n++)
            {
                for (var h = 0; h < steps; h++)
                    Assert.That((few[n, h, 0], few[n, h, 1]), Is.EqualTo((many[n, h, 0], many[n, h, 1])), $"{steps} steps: {h + 1}");
            }
        }

        var some = _model.ForecastAt(windows, [900, 7, 1]);
        Assert.That((some[1, 0, 1], some[1, 1, 1], some[1, 2, 1]), Is.EqualTo((many[1, 899, 1], many[1, 6, 1], many[1, 0, 1])));
    }

    [Test]
    public void Between_knots_the_difference_to_the_base_is_interpolated_in_log_lead_and_beyond_the_last_it_is_held()
    {
        var (windows, knots) = (SeriesWindows.Of(_series, [400]), _model.Model.Knots);
        double Added(int lead) =>
            _model.ForecastAt(windows, [lead])[0, 0, 0] - _model.Model.Base.ForecastAt(windows, [lead])[0, 0, 0];

        var share = Math.Log(3.0 / 2) / Math.Log(5.0 / 2);
        Assert.That(Added(2), Is.Not.EqualTo(Added(5)));
        Assert.That(Added(3), Is.EqualTo(((1 - share) * Added(2)) + (share * Added(5))).Within(1e-12));
        Assert.That(Added(knots[^1] * 4), Is.EqualTo(Added(knots[^1])).Within(1e-12));
        Assert.That(knots, Is.EqualTo(Knots.Of(_series, 6, 480)));
    }

    [Test]
    public void Rows_after_the_origin_are_never_looked_at([Values(20, 300)] int origin)
    {
        var twin = Chaos(600, 0.3);
        foreach (var column in twin.Values)
            Array.Fill(column, 1e6, origin + 1, column.Length - origin - 1);
        Assert.That(
            _model.Forecast(SeriesWindows.Of(twin, [origin]), 60), Is.EqualTo(_model.Forecast(SeriesWindows.Of(_series, [origin]), 60)));
    }

    [Test]
    public void What_no_line_can_say_is_learned_better_than_by_the_base()
    {
        var (series, fresh) = (Chaos(1500, 0.3), Chaos(400, 0.7));
        using var model = (FittedKnotTrees)Small.FitDirect(series: series).Model;
        var windows = SeriesWindows.Of(fresh, Enumerable.Range(20, 370).ToArray());
        double Squares(double[,,] forecast) =>
            windows.Select((w, n) => Math.Pow(forecast[n, 0, 0] - fresh.Values[0][w.Origin + 1], 2)).Sum();

        Assert.That(Squares(model.ForecastAt(windows, [1])), Is.LessThan(0.1 * Squares(model.Model.Base.ForecastAt(windows, [1]))));
    }

    [Test]
    public void Where_the_base_is_best_it_answers_alone()
    {
        var random = new Random(3);
        var series = Chaos(600, 0.3);
        for (var t = 0; t < series.Rows; t++)
            series.Values[0][t] = random.NextDouble();
        using var model = (FittedKnotTrees)Small.FitDirect("""{"min_data_in_leaf": 1000}""", series).Model;
        var windows = SeriesWindows.Of(series, [100, 500]);
        var (forecast, alone) = (model.Forecast(windows, 20), model.Model.Base.ForecastAt(windows, [.. Enumerable.Range(1, 20)]));
        Assert.That(
            forecast.Cast<double>().Zip(alone.Cast<double>(), (a, b) => Math.Abs(a - b)), Has.All.LessThan(0.05));
    }

    [Test]
    public void A_window_across_a_gap_is_refused_and_no_truth_lies_behind_one()
    {
        Assert.That(
            () => _model.Forecast(SeriesWindows.Of(Toy.Series(300, border: 150), [153]), 1),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("6 rows without a gap up to row 153"));
        using var model = Small.FitDirect(series: Toy.Series(600, border: 300)).Model;
        Assert.That(
            model.Forecast(SeriesWindows.Of(Toy.Series(600, border: 300), [310]), 50), Is.All.Matches<double>(double.IsFinite));
    }

    [Test]
    public void A_document_that_says_nothing_is_new_when_it_is_asked_for_and_recursive_when_it_was_stored()
    {
        const string Stored = """
            {"input_len":10,"horizon":30,"num_iterations":500,"learning_rate":0.03,"num_leaves":15,"min_data_in_leaf":50,
            "feature_fraction":0.3,"bagging_fraction":0.7,"lambda_l2":10,"max_bin":63,"early_stopping_rounds":30,"seed":0,
            "target_mode":"residual","refit_on_all":true}
            """;
        Assert.That(Small.Family.Normalise(null)["lead_mode"]!.GetValue<string>(), Is.EqualTo("direct"));
        Assert.That(
            Small.Family.Normalise(new JsonObject { ["lead_mode"] = "recursive" }).ToJsonString(),
            Is.EqualTo(Stored.ReplaceLineEndings("")),
            "what was stored before there was a choice, and so its hash");
        Assert.That(TreeHyperparameters.Parse(JsonNode.Parse(Stored)!.AsObject()).LeadMode, Is.EqualTo(LeadMode.Recursive));
        Assert.That(Small.Family.Create(JsonNode.Parse(Stored)!.AsObject()), Is.TypeOf<TreeForecaster>());
    }

    [Test]
    public void Too_few_rows_are_refused_with_the_number_needed() => Assert.That(
        () => Small.FitDirect("""{"input_len": 500}"""),
        Throws.TypeOf<InvalidInputException>().With.Message.Contains("at least 501 train rows"));

    [Test]
    public void A_training_that_is_cancelled_ends_at_the_next_tree()
    {
        using var between = new CancellationTokenSource();
        var context = new FitContext(2, new Stops(between), between.Token);
        Assert.That(() => Small.FitDirect(context: context), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Fifty_rows_and_a_flat_column_give_a_model_that_is_no_worse_than_its_base()
    {
        double[] load = [.. Enumerable.Range(0, 100).Select(i => 100 + (10 * Math.Sin(i / 5.0)))];
        var flat = Enumerable.Repeat(5.5, 100).ToArray();
        var data = DatasetPreparer.Prepare(
            Tables.Config(testFile: true),
            Tables.Make("x.csv", 0, ("load", load[..50]), ("constant", flat[..50])),
            Tables.Make("x_test.csv", 50, ("load", load[50..]), ("constant", flat[50..])));
        var fit = Small.Family.Create(Small.Family.Normalise(null)).Fit(data.TrainingSet, Toy.Context);
        using var model = (FittedKnotTrees)fit.Model;
        var windows = SeriesWindows.Of(data.Test, [20, 30]);
        Assert.That(model.Forecast(windows, 30), Is.All.Matches<double>(double.IsFinite));
        Assert.That(model.Model.Trees[1], Has.All.EqualTo(KnotEnsemble.None), "a flat target has no trees");
        Assert.That(fit.History[0].ValRmse, Is.Not.Null);
    }

    /// <summary>A logistic map and a wave.</summary>
    private static PreparedSeries Chaos(int rows, double start)
    {
        var series = Toy.Series(rows);
        series.Values[0][0] = start;
        for (var t = 1; t < rows; t++)
            series.Values[0][t] = 3.9 * series.Values[0][t - 1] * (1 - series.Values[0][t - 1]);
        return series;
    }

    private sealed class Stops(CancellationTokenSource source) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => source.Cancel();
    }
}
