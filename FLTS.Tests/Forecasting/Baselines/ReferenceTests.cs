using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Demo;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Baselines;

[Parallelizable]
public class ReferenceTests
{
    private static readonly FitContext _context = new(1, null, default);

    [Test]
    public void Naive_repeats_the_last_observed_value()
    {
        var data = Prepare("{}", ("a", [.. Enumerable.Range(0, 30).Select(i => i is 28 or 29 ? double.NaN : i)]));
        using var model = new NaiveFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        Assert.That(
            model.Forecast(SeriesWindows.Of(data.Test, [3, 5]), 2),
            Is.EqualTo(new[, ,] { { { 27.0 }, { 27 } }, { { 27 }, { 27 } } }));
    }

    [TestCase("NAIVE", 1)]
    [TestCase("SEASONAL_NAIVE", 1)]
    [TestCase("EWMA", 10)]
    public void A_reference_looks_at_its_targets_alone_and_asks_for_no_rows_for_lags_of_the_dataset(string type, int rows)
    {
        var data = Prepare(
            """{"lags": [1, 50], "targets": ["a"], "inputs": ["b"]}""", ("a", Tables.Walk(300, 1)), ("b", Tables.Walk(300, 2)));
        using var model = ForecasterCatalog.Get(type).Create([]).Fit(data.TrainingSet, _context).Model;

        Assert.That(model.Signature.Inputs, Is.EqualTo(new[] { "a" }));
        Assert.That(new ServingModel(data.Meta.Config, data.Meta.Scaler, model.Signature).RowsNeeded, Is.EqualTo(rows));
    }

    [Test]
    public void Seasonal_naive_takes_the_same_time_one_day_before()
    {
        double[] values = [.. Enumerable.Range(0, 3 * 1440).Select(i => (double)i)];
        var data = Prepare("""{"test_fraction": 0.1}""", ("a", values));
        using var model = new SeasonalNaiveFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        var forecast = model.Forecast(SeriesWindows.Of(data.Train, [2000, 3000]), 1442);
        Assert.That(
            (forecast[0, 0, 0], forecast[1, 1439, 0], forecast[1, 1440, 0]),
            Is.EqualTo((2001 - 1440, 3000, 3001 - 1440)),
            "two days ahead takes the last day known");
    }

    [Test]
    public void Seasonal_naive_without_a_day_before_a_scored_row_is_not_applicable()
    {
        var data = Prepare("{}", ("a", Tables.Walk(300, 1)));
        var fit = new SeasonalNaiveFamily().Create([]).Fit(data.TrainingSet, _context);
        Assert.That(fit.History, Is.Empty, "no row of train has a day before it");
        var frame = EvaluationFrame.Of(data, 10);
        Assert.That(
            () => fit.Model.Forecast(SeriesWindows.Of(frame.Series, frame.Origins), 1),
            Throws.TypeOf<NotApplicableException>().With.Message.Contains("no row at 2023-12-31"));
    }

    [Test]
    public void Seasonal_naive_of_months_takes_the_same_month_of_the_year_before_and_one_of_before_a_day()
    {
        var times = Enumerable.Range(0, 60).Select(m => new DateTime(2018, 1, 31).AddMonths(m)).ToArray();
        var data = DatasetPreparer.Prepare(Tables.Config(), new RawTable
        {
            Name = "x.csv",
            TimestampColumn = "time",
            Timestamps = [.. times.Select(t => new DateTime(t.Year, t.Month, DateTime.DaysInMonth(t.Year, t.Month)))],
            Columns = ["a"],
            Header = ["a"],
            Values = [[.. times.Select((_, i) => (double)i)]],
        });
        using var model = new SeasonalNaiveFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        var forecast = model.Forecast(SeriesWindows.Of(data.Train, [40]), 14);
        Assert.That(
            Restored(forecast),
            Is.EqualTo(Enumerable.Range(41, 14).Select(i => i - (i > 52 ? 24.0 : 12))));

        var files = model.Save();
        using var read = new SeasonalNaiveFamily().Load(model.Signature, [], files);
        Assert.That(read.Forecast(SeriesWindows.Of(data.Train, [40]), 14), Is.EqualTo(forecast));
        using var old = new SeasonalNaiveFamily().Load(
            model.Signature, [], new Dictionary<string, byte[]> { ["model.json"] = """{"model_type": "SEASONAL_NAIVE"}"""u8.ToArray() });
        Assert.That(Restored(old.Forecast(SeriesWindows.Of(data.Train, [40]), 1)), Is.EqualTo(new[] { 40.0 }), "30 days before");

        IEnumerable<double> Restored(double[,,] scaled) =>
            data.Restorer.Restore(scaled, data.Train, [40]).Cast<double>().Select(v => Math.Round(v));
    }

    [Test]
    public void Ewma_weighs_as_pandas_ewm_with_adjust()
    {
        var data = Prepare("{}", ("a", [.. Enumerable.Range(0, 40).Select(i => (double)(i * i))]));
        using var model = new EwmaFamily().Create(new JsonObject { ["input_len"] = 3 }).Fit(data.TrainingSet, _context).Model;
        Assert.That(
            model.Forecast(SeriesWindows.Of(data.Train, [10]), 1)[0, 0, 0],
            Is.EqualTo((100 + (81 * 0.5) + (64 * 0.25)) / 1.75).Within(1e-12));
    }

    [Test]
    public void Ewma_averages_the_rows_of_the_origins_segment_that_there_are()
    {
        int[] minutes = [.. Enumerable.Range(0, 20), .. Enumerable.Range(100, 20)];
        var data = DatasetPreparer.Prepare(
            Tables.Config("""{"scaler": "None", "test_fraction": 0.1}"""),
            Tables.At("x.csv", minutes, ("a", [.. Enumerable.Range(0, 40).Select(i => (double)i)])));
        using var model = new EwmaFamily().Create(new JsonObject { ["input_len"] = 10 }).Fit(data.TrainingSet, _context).Model;

        var forecast = model.Forecast(SeriesWindows.Of(data.Train, [0, 1, 20, 21]), 1);

        Assert.That(
            new[] { forecast[0, 0, 0], forecast[1, 0, 0], forecast[2, 0, 0], forecast[3, 0, 0] },
            Is.EqualTo(new[] { 0, (1 + (0.5 * 0)) / 1.5, 20, (21 + (0.5 * 20)) / 1.5 }).Within(1e-12));
    }

    [TestCase(0.05, 400)]
    [TestCase(0.5, 400)]
    [TestCase(1.0, 640)]
    public void Ar_on_exponential_data_is_a_fit_that_forecasts_or_says_what_is_wrong(double growth, int rows)
    {
        foreach (var scaler in new[] { "None", "MinMax" })
        {
            var data = DatasetPreparer.Prepare(
                Tables.Config($$"""{"scaler": "{{scaler}}"}"""),
                Tables.Make("x.csv", 0, ("a", [.. Enumerable.Range(0, rows).Select(i => Math.Exp(growth * i))])));
            try
            {
                using var model = new ArFamily().Create([]).Fit(data.TrainingSet, _context).Model;
                var forecast = model.Forecast(SeriesWindows.Of(data.Train, [data.Train.Rows - 2]), 1)[0, 0, 0];
                Assert.That(forecast / data.Train.Values[0][^1], Is.EqualTo(1).Within(0.2), $"{scaler}: the last row of train");
            }
            catch (InvalidInputException e)
            {
                Assert.That(e.Message, Does.StartWith("AR cannot be fitted").And.Contain("logarithms"));
                Assert.That(growth, Is.EqualTo(1.0), "what spans fewer orders of magnitude is fitted");
            }
        }
    }

    [Test]
    public void Ar_finds_the_coefficients_that_made_the_series()
    {
        // Two columns that drive each other; noise small against the dynamics.
        var random = new Random(5);
        double[] a = new double[3000], b = new double[3000];
        for (var t = 2; t < a.Length; t++)
        {
            a[t] = 5 + (0.6 * a[t - 1]) - (0.3 * a[t - 2]) + (0.4 * b[t - 1]) + random.NextDouble() - 0.5;
            b[t] = 2 + (0.5 * b[t - 1]) - (0.2 * a[t - 2]) + random.NextDouble() - 0.5;
        }

        var data = Prepare("""{"calendar": false}""", ("a", a), ("b", b));
        using var model = new ArFamily().Create(new JsonObject { ["input_len"] = 2 }).Fit(data.TrainingSet, _context).Model;
        var row = 2500 - data.Train.Rows;
        var forecast = model.Forecast(SeriesWindows.Of(data.Test, [row]), 1);
        Assert.That(forecast[0, 0, 0], Is.EqualTo(5 + (0.6 * a[2500]) - (0.3 * a[2499]) + (0.4 * b[2500])).Within(0.1));
        Assert.That(forecast[0, 0, 1], Is.EqualTo(2 + (0.5 * b[2500]) - (0.2 * a[2499])).Within(0.1));
    }

    [Test]
    public void Ar_feeds_its_forecasts_back_with_lags_and_calendar_of_the_coming_steps()
    {
        var data = Prepare("""{"lags": [3]}""", ("a", Tables.Walk(600, 1)), ("b", Tables.Walk(600, 2)));
        using var model = new ArFamily().Create(new JsonObject { ["input_len"] = 4 }).Fit(data.TrainingSet, _context).Model;
        const int Origin = 60;
        var forecast = model.Forecast(SeriesWindows.Of(data.Test, [Origin]), 6);

        // Step k + 1 is the one-step forecast of a series whose rows after the origin are the k forecasts before it.
        var series = data.Test;
        for (var h = 0; h < 5; h++)
        {
            for (var m = 0; m < 2; m++)
            {
                series.Values[m][Origin + 1 + h] = forecast[0, h, m];
                series.Values[2 + m][Origin + 1 + h] = series.Values[m][Origin + 1 + h - 3];
            }

            var next = model.Forecast(SeriesWindows.Of(series, [Origin + 1 + h]), 1);
            for (var m = 0; m < 2; m++)
                Assert.That(forecast[0, h + 1, m], Is.EqualTo(next[0, 0, m]).Within(1e-12), $"step {h + 2}, target {m}");
        }
    }

    [Test]
    public void Ar_with_inputs_beyond_its_targets_forecasts_one_step_only()
    {
        var data = Prepare("""{"targets": ["a"], "inputs": ["b"]}""", ("a", Tables.Walk(200, 1)), ("b", Tables.Walk(200, 2)));
        using var model = new ArFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        Assert.That(double.IsFinite(model.Forecast(SeriesWindows.Of(data.Test, [20]), 1)[0, 0, 0]), Is.True);
        Assert.That(
            () => model.Forecast(SeriesWindows.Of(data.Test, [20]), 2),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("input 'b' is no target"));
    }

    [Test]
    public void Ar_learns_nothing_from_cells_that_were_filled_in()
    {
        // The last row of train is an answer and never an input: what it was filled with must not matter.
        double[] holes = [.. Tables.Walk(400, 1).Select((v, i) => i % 7 == 4 ? double.NaN : v)];
        var data = Prepare("""{"targets": ["a"]}""", ("a", holes));
        var twin = Prepare("""{"targets": ["a"]}""", ("a", holes));
        Assert.That(twin.Train.Observed[0][^1], Is.False, "the last train row is a filled one");
        twin.Train.Values[0][^1] = 1e3;
        using var one = new ArFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        using var other = new ArFamily().Create([]).Fit(twin.TrainingSet, _context).Model;
        Assert.That(other.Forecast(SeriesWindows.Of(data.Test, [20]), 1), Is.EqualTo(one.Forecast(SeriesWindows.Of(data.Test, [20]), 1)));
    }

    [TestCase("NAIVE")]
    [TestCase("SEASONAL_NAIVE")]
    [TestCase("EWMA")]
    [TestCase("AR")]
    [TestCase("SEASONAL_MEAN")]
    [TestCase("AR_SEASONAL")]
    public void A_reference_that_was_saved_and_loaded_forecasts_the_same(string type)
    {
        var family = ForecasterCatalog.Get(type);
        var data = Prepare(
            """{"test_fraction": 0.1}""", ("a", Tables.Walk(12_000, 1, 0.02)), ("flat", [.. Enumerable.Repeat(3.0, 12_000)]));
        var parameters = family.Normalise(null);
        using var model = family.Create(parameters).Fit(data.TrainingSet, _context).Model;
        using var loaded = family.Load(model.Signature, parameters, model.Save());
        var frame = EvaluationFrame.Of(data, 10, 3);
        Assert.That(
            loaded.Forecast(SeriesWindows.Of(frame.Series, frame.Origins), 3),
            Is.EqualTo(model.Forecast(SeriesWindows.Of(frame.Series, frame.Origins), 3)));
        Assert.That(
            () => family.Load(model.Signature, parameters, new Dictionary<string, byte[]> { ["model.json"] = "{}"u8.ToArray() }),
            Throws.TypeOf<CorruptArtifactException>());
        Assert.That(
            () => family.Normalise(new JsonObject { ["zzz"] = 1 }),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains($"Unknown hyperparameter '{type}.zzz'"));
    }

    [Test]
    public void On_the_demo_station_averaging_and_regression_beat_the_last_value()
    {
        using var csv = new MemoryStream();
        DemoStation.Write(csv, 10_000, seed: 1);
        csv.Position = 0;
        var data = DatasetPreparer.Prepare(Tables.Config(), CsvTableReader.Read(csv, "demo.csv", new CsvReadOptions()));
        var frame = EvaluationFrame.Of(data, 10);
        double Rmse(IForecasterFamily family)
        {
            using var model = family.Create(family.Normalise(null)).Fit(data.TrainingSet, _context).Model;
            return ForecastMetrics.Score(
                family.ModelType,
                frame.Truth,
                data.Restorer.Restore(
                    model.Forecast(SeriesWindows.Of(frame.Series, frame.Origins), 1), frame.Series, frame.Origins),
                data.Meta.Scaler,
                data.Meta.Targets).Rmse!.Value;
        }

        var (naive, ewma, ar) = (Rmse(new NaiveFamily()), Rmse(new EwmaFamily()), Rmse(new ArFamily()));
        Assert.That(ewma, Is.LessThan(naive));
        Assert.That(ar, Is.LessThan(ewma));
    }

    private static PreparedDataset Prepare(string options, params (string, double[])[] columns)
    {
        var json = JsonNode.Parse(options)!.AsObject();
        json["scaler"] = "None";
        return DatasetPreparer.Prepare(Tables.Config(json.ToJsonString()), Tables.Make("x.csv", 0, columns));
    }
}
