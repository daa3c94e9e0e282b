using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Demo;
using FLTS.Forecasting.Features;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Forecasting.Trees;
using FLTS.Tests.Forecasting.Preparation;
using FLTS.Tests.Forecasting.Recurrent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Trees;

[TestFixture, Parallelizable]
internal sealed class TreeForecastTests
{
    [TestCase("residual")]
    [TestCase("level")]
    public void A_model_that_was_saved_and_loaded_forecasts_the_same(string mode)
    {
        var parameters = Small.Parameters($$"""{"target_mode": "{{mode}}"}""");
        using var model = Small.Fit($$"""{"target_mode": "{{mode}}"}""").Model;
        using var loaded = Small.Family.Load(model.Signature, parameters, model.Save());
        Assert.That(
            loaded.Forecast(SeriesWindows.Of(Toy.Series(), [20, 100, 250]), 12),
            Is.EqualTo(model.Forecast(SeriesWindows.Of(Toy.Series(), [20, 100, 250]), 12)));
        Assert.That(model.Save().Keys, Is.EqualTo(["model.json"]));
    }

    [Test]
    public void Waves_are_learned_far_better_than_the_last_value([Values("residual", "level")] string mode)
    {
        var series = Toy.Series(600);
        using var model = Small.Fit($$"""{"target_mode": "{{mode}}"}""", series, 480).Model;
        using var naive = new NaiveFamily().Create([]).Fit(new TrainingSet(series, 480), Toy.Context).Model;
        var fresh = Toy.Series(600, seed: 9);
        Assert.That(Squares(model, fresh), Is.LessThan(0.4 * Squares(naive, fresh)));
    }

    [Test]
    public void Beyond_its_horizon_a_model_goes_on_from_its_own_forecasts()
    {
        var series = Toy.Series();
        using var model = Small.Fit().Model;
        var forecast = model.Forecast(SeriesWindows.Of(series, [100]), 9);
        for (var h = 0; h < 4; h++)
        {
            for (var m = 0; m < 2; m++)
                series.Values[m][101 + h] = forecast[0, h, m];
        }

        var next = model.Forecast(SeriesWindows.Of(series, [104]), 5);
        Assert.That(
            Enumerable.Range(0, 5).Select(h => (forecast[0, 4 + h, 0], forecast[0, 4 + h, 1])),
            Is.EqualTo(Enumerable.Range(0, 5).Select(h => (next[0, h, 0], next[0, h, 1]))));
    }

    [Test]
    public void Further_steps_are_learned_too([Values(1, 2, 3)] int step)
    {
        using var model = Small.Fit("""{"num_iterations": 200}""", Toy.Series(2000), 1600).Model;
        var fresh = Toy.Series(600, seed: 9);
        var origins = Enumerable.Range(20, 500).ToArray();
        var forecast = model.Forecast(SeriesWindows.Of(fresh, origins), 4);
        var (mine, last) = (
            origins.Select((o, n) => Math.Pow(forecast[n, step, 0] - fresh.Values[0][o + 1 + step], 2)).Sum(),
            origins.Select(o => Math.Pow(fresh.Values[0][o] - fresh.Values[0][o + 1 + step], 2)).Sum());
        Assert.That(mine, Is.LessThan(0.1 * last));
    }

    [Test]
    public void Forecasts_are_fed_back_with_lags_and_calendar_of_the_coming_steps()
    {
        var series = Toy.Series(lag: true);
        using var model = Small.Fit("""{"horizon": 1}""", series).Model;
        const int Origin = 100;
        var forecast = model.Forecast(SeriesWindows.Of(series, [Origin]), 6);

        // Step k + 1 is the one-step forecast of a series whose rows after the origin are the k forecasts before it.
        var lag = series.IndexOf(Lags.NameOf("a", 2));
        for (var h = 0; h < 5; h++)
        {
            for (var m = 0; m < 2; m++)
                series.Values[m][Origin + 1 + h] = forecast[0, h, m];
            series.Values[lag][Origin + 1 + h] = series.Values[0][Origin - 1 + h];
            var next = model.Forecast(SeriesWindows.Of(series, [Origin + 1 + h]), 1);
            Assert.That((forecast[0, h + 1, 0], forecast[0, h + 1, 1]), Is.EqualTo((next[0, 0, 0], next[0, 0, 1])), $"step {h + 2}");
        }
    }

    [Test]
    public void Rows_after_the_origin_are_never_looked_at()
    {
        using var model = Small.Fit().Model;
        var (series, twin) = (Toy.Series(), Toy.Series());
        foreach (var column in twin.Values)
            Array.Fill(column, 1e6, 101, column.Length - 101);
        Assert.That(model.Forecast(SeriesWindows.Of(twin, [100]), 8), Is.EqualTo(model.Forecast(SeriesWindows.Of(series, [100]), 8)));
    }

    [Test]
    public void A_window_across_a_gap_is_refused_and_never_learned_from()
    {
        using var model = Small.Fit(series: Gaps()).Model;
        Assert.That(
            () => model.Forecast(SeriesWindows.Of(Gaps(), [153]), 1),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("6 rows without a gap up to row 153"));

        // A segment of six rows has no window with a row after it: whatever stands there, the trees are the same.
        var twin = Gaps();
        foreach (var column in twin.Values)
            Array.Fill(column, 1e6, 150, 6);
        using var other = Small.Fit(series: twin).Model;
        Assert.That(other.Save()["model.json"], Is.EqualTo(model.Save()["model.json"]));
    }

    [Test]
    public void Cells_that_were_filled_in_are_no_truth([Values(239, 299)] int last)
    {
        // The last row of the fit or validation part is a label, and an input of nothing that is fitted before it.
        var (one, other) = (Toy.Series(), Toy.Series());
        foreach (var series in new[] { one, other })
            series.Observed[0][last] = false;
        other.Values[0][last] = 1e3;
        var start = last + 1 == other.Rows ? 240 : last + 1;
        using var model = Small.Fit(series: Head(one, last + 1), validationStart: start).Model;
        using var twin = Small.Fit(series: Head(other, last + 1), validationStart: start).Model;
        Assert.That(twin.Save()["model.json"], Is.EqualTo(model.Save()["model.json"]));
    }

    [Test]
    public void The_same_seed_gives_the_same_trees_also_beside_other_trainings_and_another_seed_gives_others()
    {
        byte[] Bytes(int seed)
        {
            using var model = Small.Fit($$"""{"seed": {{seed}}}""").Model;
            return model.Save()["model.json"];
        }

        var alone = Bytes(1);
        var together = new byte[6][];
        Parallel.For(0, together.Length, i => together[i] = Bytes(i % 2));
        Assert.That(together.Where((_, i) => i % 2 == 1), Is.All.EqualTo(alone));
        Assert.That(together[0], Is.Not.EqualTo(alone));
    }

    [Test]
    public void The_same_trees_are_grown_by_one_thread_and_by_several([Values("recursive", "direct")] string mode)
    {
        byte[] Bytes(int threads)
        {
            var context = new FitContext(threads, null, CancellationToken.None);
            using var model = Small.Fit($$"""{"lead_mode": "{{mode}}"}""", Toy.Series(500), context: context).Model;
            return model.Save()["model.json"];
        }

        Assert.That(Bytes(2), Is.EqualTo(Bytes(1)));
    }

    [Test]
    public void Where_nothing_can_be_learned_no_tree_is_kept_and_the_last_value_is_the_forecast()
    {
        var data = DatasetPreparer.Prepare(
            Tables.Config("""{"scaler": "None", "calendar": false}"""),
            Tables.Make("x.csv", 0, ("walk", Tables.Walk(400, 1))));
        var fit = Small.Family.Create(Small.Parameters("""{"min_data_in_leaf": 1000}""")).Fit(data.TrainingSet, Toy.Context);
        using var model = (FittedTrees)fit.Model;
        Assert.That(
            model.Trees[0].First!.Trees.Concat(model.Trees[0].Further!.Trees),
            Has.All.Matches<RegressionTree>(t => t.Feature.Length == 0));
        Assert.That(model.Forecast(SeriesWindows.Of(data.Test, [20]), 1)[0, 0, 0], Is.EqualTo(data.Test.Values[0][20]).Within(0.2));
    }

    [Test]
    public void Fifty_rows_and_a_flat_column_give_a_model_close_to_the_last_value()
    {
        double[] load = [.. Enumerable.Range(0, 100).Select(i => 100 + (10 * Math.Sin(i / 5.0)))];
        var flat = Enumerable.Repeat(5.5, 100).ToArray();
        var data = DatasetPreparer.Prepare(
            Tables.Config(testFile: true),
            Tables.Make("x.csv", 0, ("load", load[..50]), ("constant", flat[..50])),
            Tables.Make("x_test.csv", 50, ("load", load[50..]), ("constant", flat[50..])));
        var fit = Small.Family.Create(Small.Family.Normalise(new JsonObject { ["lead_mode"] = "recursive" }))
            .Fit(data.TrainingSet, Toy.Context);
        using var model = fit.Model;
        using var naive = new NaiveFamily().Create([]).Fit(data.TrainingSet, Toy.Context).Model;
        var (mine, last) = (Rmse(data, model), Rmse(data, naive));
        Assert.That(mine, Is.LessThanOrEqualTo(1.1 * last));
        Assert.That(((FittedTrees)model).Trees[1], Is.EqualTo(new TargetTrees(null, null)), "a flat target has no trees");
        Assert.That(fit.History[0].ValRmse, Is.Not.Null);
    }

    [Test, Category(TestCategories.Slow)]
    public void On_the_demo_station_trees_beat_the_last_value_and_the_average()
    {
        using var csv = new MemoryStream();
        DemoStation.Write(csv, 5000, seed: 1);
        csv.Position = 0;
        var data = DatasetPreparer.Prepare(Tables.Config(), CsvTableReader.Read(csv, "demo.csv", new CsvReadOptions()));
        double Fitted(IForecasterFamily family, string parameters)
        {
            using var model = family.Create(family.Normalise(JsonNode.Parse(parameters)!.AsObject()))
                .Fit(data.TrainingSet, Toy.Context).Model;
            return Rmse(data, model);
        }

        Assert.That(
            Fitted(Small.Family, """{"learning_rate": 0.1}"""),
            Is.LessThan(Fitted(new EwmaFamily(), "{}")).And.LessThan(Fitted(new NaiveFamily(), "{}")));
    }

    [Test]
    public void With_inputs_beyond_its_targets_it_forecasts_its_own_horizon_at_most()
    {
        var series = Toy.Series(plainInput: true);
        using var model = Small.Fit(series: series).Model;
        Assert.That(model.Forecast(SeriesWindows.Of(series, [20]), 4), Is.All.Matches<double>(double.IsFinite));
        Assert.That(
            () => model.Forecast(SeriesWindows.Of(series, [20]), 5),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("input 'weather' is no target"));
    }

    [Test]
    public void Too_few_rows_are_refused_with_the_number_needed() => Assert.That(
        () => Small.Fit("""{"input_len": 500}"""), Throws.TypeOf<InvalidInputException>().With.Message.Contains("at least 501 train rows"));

    [Test]
    public void A_cancelled_training_stops_between_two_trees_and_between_two_targets()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var grower = new TreeGrower(TreeHyperparameters.Parse(Small.Parameters()));
        int[] all = [.. Enumerable.Range(0, 500)];
        using var rows = BinnedRows.Of(
            grower.Parameters, 500, 3, all, (i, into) => (into[0], into[1], into[2]) = (i, i % 7, i % 11), CancellationToken.None);
        var examples = new Examples(all, [.. all.Select(i => (float)(i % 13))]);
        Assert.That(() => grower.Grow(rows, examples, 5000, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());

        using var between = new CancellationTokenSource();
        var context = new FitContext(1, new Stops(between), between.Token);
        Assert.That(() => Small.Fit(context: context), Throws.InstanceOf<OperationCanceledException>());
    }

    private static double Squares(IFittedForecaster model, PreparedSeries series)
    {
        var origins = Enumerable.Range(20, series.Rows - 30).ToArray();
        var forecast = model.Forecast(SeriesWindows.Of(series, origins), 1);
        return origins.Select((o, n) =>
            Math.Pow(forecast[n, 0, 0] - series.Values[0][o + 1], 2) + Math.Pow(forecast[n, 0, 1] - series.Values[1][o + 1], 2)).Sum();
    }

    private static double Rmse(PreparedDataset data, IFittedForecaster model)
    {
        var frame = EvaluationFrame.Of(data, 10);
        return ForecastMetrics.Score(
            "x",
            frame.Truth,
            data.Restorer.Restore(
                model.Forecast(SeriesWindows.Of(frame.Series, frame.Origins), 1), frame.Series, frame.Origins),
            data.Meta.Scaler,
            data.Meta.Targets).Rmse!.Value;
    }

    /// <summary>Rows 150 to 155 are a segment of their own.</summary>
    private static PreparedSeries Gaps()
    {
        var series = Toy.Series(border: 150);
        for (var t = 156; t < series.Rows; t++)
        {
            series.Segments[t] = 2;
            series.Timestamps[t] = series.Timestamps[t].AddHours(10);
        }

        return series;
    }

    private static PreparedSeries Head(PreparedSeries series, int rows) => new()
    {
        Timestamps = series.Timestamps[..rows],
        Segments = series.Segments[..rows],
        Step = series.Step,
        Columns = series.Columns,
        Values = [.. series.Values.Select(v => v[..rows])],
        Observed = [.. series.Observed.Select(o => o[..rows])],
        Targets = series.Targets,
    };

    private sealed class Stops(CancellationTokenSource source) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => source.Cancel();
    }
}
