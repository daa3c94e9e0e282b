using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Ensemble;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Ensemble;

[TestFixture, Parallelizable]
internal sealed class EnsembleFitTests
{
    private static readonly FitContext _context = new(1, null, default);

    private static readonly EnsembleFamily _family = new(ForecasterCatalog.References);

    /// <summary>Two weeks of hours: a daily wave with noise that fades in some hours.</summary>
    private static readonly PreparedDataset _data = DatasetPreparer.Prepare(
        Tables.Config("""{"validation_fraction": 0.4}"""), Hours(24 * 30, ("a", 1), ("b", 2)));

    [Test]
    public void It_is_made_of_runs_and_references_by_their_forecasts_of_what_they_had_not_seen()
    {
        var run = Run(new ArFamily());
        var made = EnsembleFit.Of(_data, [run], [new NaiveFamily(), new EwmaFamily()], _context);
        using var model = (FittedEnsemble)made.Fit.Model;
        Assert.That(made.Members, Is.EqualTo(new[] { 0 }), "AR is by far the best");
        Assert.That(model.Signature.InputLength, Is.EqualTo(10));
        foreach (var target in model.Weights.Values.SelectMany(knot => knot))
            Assert.That(target.Sum() - (target.Any(w => w < 0) ? 9 : 0), Is.EqualTo(1).Within(1e-12));
        Assert.That((made.Fit.FittedRows.End, made.Fit.ValidatedRows.End), Is.EqualTo((_data.Train.Rows, _data.Train.Rows)));
    }

    [Test]
    public void Its_own_residuals_are_of_the_last_third_which_its_weights_have_not_seen()
    {
        var run = Run(new ArFamily());
        var made = EnsembleFit.Of(_data, [run], [new NaiveFamily()], _context);
        using var model = (FittedEnsemble)made.Fit.Model;
        var (start, rows) = (_data.Meta.ValidationStart, _data.Train.Rows);
        var calibrates = _data.Train.Timestamps[start + (2 * (rows - start) / 3)];
        var leads = made.Residuals.Leads.Count;
        for (var i = 0; i < made.Residuals.Truth[0].Length; i++)
        {
            var target = made.Residuals.Origins[i / leads].AddHours(made.Residuals.Leads[i % leads]);
            Assert.That(
                double.IsFinite(made.Residuals.Truth[0][i]), Is.EqualTo(target >= calibrates && target <= _data.Train.Timestamps[^1]));
        }

        // What calibrates changes no weight.
        var changed = run.Forecasts! with
        {
            Forecast = [.. run.Forecasts!.Forecast.Select(f => f
                .Select((v, i) => double.IsFinite(made.Residuals.Truth[0][i]) ? v + 1e6 : v).ToArray())],
        };
        var other = EnsembleFit.Of(_data, [run with { Forecasts = changed }], [new NaiveFamily()], _context);
        using var same = (FittedEnsemble)other.Fit.Model;
        Assert.That(same.Weights.Values, Is.EqualTo(model.Weights.Values));
        Assert.That(other.Residuals.Forecast, Is.Not.EqualTo(made.Residuals.Forecast));
    }

    [Test]
    public void Its_own_residuals_are_those_of_its_answers()
    {
        // Members that are not refitted: the ENSEMBLE answers as its residuals say.
        var made = EnsembleFit.Of(_data, [Run(new NaiveFamily()), Run(new EwmaFamily())], [], _context);
        using var model = made.Fit.Model;
        var asked = ValidationForecasts.Of(model, _data, default);
        for (var m = 0; m < 2; m++)
        {
            for (var i = 0; i < asked.Forecast[m].Length; i++)
            {
                if (double.IsFinite(made.Residuals.Truth[m][i]))
                    Assert.That(made.Residuals.Forecast[m][i], Is.EqualTo(asked.Forecast[m][i]).Within(1e-9));
            }
        }
    }

    [Test]
    public void A_member_listed_twice_gives_that_member()
    {
        var run = Run(new ArFamily());
        var made = EnsembleFit.Of(_data, [run, run], [], _context);
        using var model = made.Fit.Model;
        var windows = SeriesWindows.Of(_data.Train, [200, 300]);
        Assert.That(model.Forecast(windows, 48), Is.EqualTo(run.Model.Forecast(windows, 48)));
    }

    [Test]
    public void The_same_members_make_the_same_ENSEMBLE()
    {
        byte[] Model() => EnsembleFit.Of(_data, [Run(new ArFamily())], _family.References, _context).Fit.Model.Save()["model.json"];
        var first = Model();
        Assert.That(Model(), Is.EqualTo(first));
    }

    [Test]
    public void Who_lacks_forecasts_is_left_out_by_name_and_without_members_there_is_no_ENSEMBLE()
    {
        var run = Run(new ArFamily());
        var few = run.Forecasts! with { Forecast = [.. run.Forecasts!.Forecast.Select(f => f.Select(_ => double.NaN).ToArray())] };
        var others = run.Forecasts! with { Leads = [1, 2] };
        foreach (var (forecasts, why) in new[] { ((ValidationForecasts?)null, "not stored"), (few, "has no forecast"), (others, "other") })
        {
            var made = EnsembleFit.Of(_data, [run with { Forecasts = forecasts }], [new NaiveFamily()], _context);
            made.Fit.Model.Dispose();
            Assert.That(made.Members, Is.Empty);
            Assert.That(made.Fit.Diagnostics!["left_out"]!["AR"]!.GetValue<string>(), Does.Contain(why));
            Assert.That(
                () => EnsembleFit.Of(_data, [run with { Forecasts = forecasts }], [], _context),
                Throws.TypeOf<InvalidInputException>().With.Message.Contains("AR: ").And.Message.Contains(why));
        }
    }

    [Test]
    public void On_a_handful_of_rows_it_is_made_of_references_alone()
    {
        var data = DatasetPreparer.Prepare(Tables.Config(), Tables.Make("x.csv", 0, ("a", Tables.Walk(63, 1))));
        using var naive = new NaiveFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        var run = new RunModel(naive, ValidationForecasts.Of(naive, data, default));
        var made = EnsembleFit.Of(data, [run], _family.References, _context);
        made.Fit.Model.Dispose();
        Assert.That(made.Members, Is.Empty, "under one season");
    }

    [Test]
    public void A_target_flat_in_train_is_answered_too()
    {
        var data = DatasetPreparer.Prepare(
            Tables.Config(), Tables.Make("x.csv", 0, ("flat", [.. Enumerable.Repeat(3.0, 200)]), ("a", Tables.Walk(200, 1))));
        var made = EnsembleFit.Of(data, [], [new NaiveFamily(), new EwmaFamily()], _context);
        using var model = made.Fit.Model;
        Assert.That(made.Residuals.Targets, Is.EqualTo(new[] { "a" }));
        var forecast = data.Restorer.Restore(model.Forecast(SeriesWindows.Of(data.Train, [100]), 3), data.Train, [100]);
        Assert.That(forecast[0, 2, 0], Is.EqualTo(3));
    }

    private static RunModel Run(IForecasterFamily family)
    {
        var fit = family.Create(family.Normalise(null)).Fit(_data.TrainingSet, _context);
        using var before = fit.BeforeRefit;
        return new RunModel(fit.Model, ValidationForecasts.Of(before ?? fit.Model, _data, default));
    }

    private static FLTS.Forecasting.Series.RawTable Hours(int rows, params (string Name, int Seed)[] columns)
    {
        var table = Tables.Make("x.csv", 0, [.. columns.Select(c => (c.Name, Wave(rows, c.Seed)))]);
        return new FLTS.Forecasting.Series.RawTable
        {
            Name = table.Name,
            TimestampColumn = table.TimestampColumn,
            Timestamps = [.. Enumerable.Range(0, rows).Select(i => Tables.Start.AddHours(i))],
            Columns = table.Columns,
            Header = table.Header,
            Values = table.Values,
        };
    }

    private static double[] Wave(int rows, int seed)
    {
        var random = new Random(seed);
        var noise = 0.0;
        return [.. Enumerable.Range(0, rows).Select(i =>
            10 + (5 * Math.Sin(Math.PI * i / 12)) + (noise = (0.7 * noise) + random.NextDouble() - 0.5))];
    }
}
