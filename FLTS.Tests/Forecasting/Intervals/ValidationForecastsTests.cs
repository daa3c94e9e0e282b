using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Training;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Intervals;

[TestFixture, Parallelizable]
internal sealed class ValidationForecastsTests
{
    private static readonly FitContext _context = new(1, null, default);

    [Test]
    public void Forecasts_of_NAIVE_stand_beside_what_came_true_in_original_units_at_the_knots_inside_the_validation_part()
    {
        double[] values = [.. Enumerable.Range(0, 50).Select(i => (double)(i * i))];
        var (data, made) = Naive("""{"scaler": "MinMax", "validation_fraction": 0.25, "test_fraction": 0.2}""", ("a", values));

        // Train is 40 rows, the last 10 validate: the first origin is the row before them, the last one the row before the last.
        Assert.That(data.Meta.ValidationStart, Is.EqualTo(30));
        Assert.That(made.Origins, Is.EqualTo(data.Train.Timestamps[29..39]));
        Assert.That((made.Leads, made.Targets), Is.EqualTo((new[] { 1, 2, 5, 10 }, new[] { "a" })));
        for (var n = 0; n < 10; n++)
        {
            for (var k = 0; k < 4; k++)
            {
                var (origin, row) = (29 + n, 29 + n + made.Leads[k]);
                Assert.That(made.Forecast[0][(n * 4) + k], Is.EqualTo(origin * origin).Within(1e-9));
                Assert.That(
                    made.Truth[0][(n * 4) + k],
                    Is.EqualTo(row < 40 ? row * row : double.NaN).Within(1e-9),
                    $"origin {origin}, lead {made.Leads[k]}");
            }
        }
    }

    [Test]
    public void Cells_that_were_filled_in_are_no_truth()
    {
        double[] values = [.. Enumerable.Range(0, 50).Select(i => i is 33 or 34 ? double.NaN : i * i)];
        var (_, made) = Naive("""{"validation_fraction": 0.25}""", ("a", values));
        for (var n = 0; n < 10; n++)
        {
            var row = 30 + n;
            Assert.That(made.Truth[0][n * 4], Is.EqualTo(row is 33 or 34 ? double.NaN : row * row).Within(1e-9), $"row {row}");
        }
    }

    [Test]
    public void What_is_clipped_for_the_models_is_not_clipped_as_truth()
    {
        double[] values = [.. Enumerable.Range(0, 50).Select(i => i == 35 ? 1000.0 : i % 3)];
        var (_, made) = Naive("""{"validation_fraction": 0.25, "clipping": {"method": "iqr"}}""", ("a", values));
        Assert.That(made.Truth[0].Where(double.IsFinite).Max(), Is.EqualTo(1000).Within(1e-9));
    }

    [Test]
    public void No_forecast_crosses_a_gap_and_none_starts_so_soon_behind_one_that_references_cannot_answer()
    {
        // 80 train rows; a gap of a day after row 69.
        int[] minutes = [.. Enumerable.Range(0, 100).Select(i => i < 70 ? i : i + 1440)];
        var data = DatasetPreparer.Prepare(
            Tables.Config("""{"validation_fraction": 0.25}"""),
            Tables.At("x.csv", minutes, ("a", [.. minutes.Select(m => (double)m)])));
        using var model = new NaiveFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        var made = ValidationForecasts.Of(model, data, default);
        Assert.That(made.Origins, Is.EqualTo(data.Train.Timestamps[59..69]), "ten rows behind the gap do not suffice for any");
        Assert.That(made.Truth[0].Zip(made.Forecast[0], (t, f) => t - f).Where(double.IsFinite), Is.All.LessThan(11));
    }

    [Test]
    public void Origins_beyond_the_cap_are_one_of_each_stratum_the_same_for_every_model_and_at_all_times_of_day()
    {
        // Of 75,000 minutes 60,000 are train and 12,000 validate: even distances of 24 would see one minute of each 24.
        var data = DatasetPreparer.Prepare(Tables.Config(), Tables.Make("x.csv", 0, ("a", Tables.Walk(75_000, 1))));
        using var naive = new NaiveFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        using var ewma = new EwmaFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        var (made, other) = (ValidationForecasts.Of(naive, data, default), ValidationForecasts.Of(ewma, data, default));
        Assert.That(other.Origins, Is.EqualTo(made.Origins));
        var rows = made.Origins.Select(o => (int)(o - data.Train.Timestamps[data.Meta.ValidationStart - 1]).TotalMinutes).ToArray();
        Assert.That(rows.Select(r => r / 24), Is.EqualTo(Enumerable.Range(0, ValidationForecasts.MostOrigins)));
        Assert.That(rows.CountBy(r => r % 24).Select(c => c.Value), Has.Exactly(24).InRange(18, 24));
    }

    [Test]
    public void A_model_whose_coming_inputs_are_unknown_has_no_forecast_beyond_its_own_horizon()
    {
        var data = DatasetPreparer.Prepare(
            Tables.Config("""{"targets": ["a"], "inputs": ["b"]}"""),
            Tables.Make("x.csv", 0, ("a", Tables.Walk(300, 1)), ("b", Tables.Walk(300, 2))));
        using var model = new Unknowing(new ModelSignature("X", ["b"], ["a"], 1, 2, data.Train.Step));
        var made = ValidationForecasts.Of(model, data, default);
        var leads = made.Leads.Count;
        Assert.That(made.Forecast[0].Select((f, i) => double.IsFinite(f) == (i % leads < 2)), Is.All.True, "leads 1 and 2");
    }

    [Test]
    public void Origins_without_a_forecast_keep_their_place_and_have_NaN()
    {
        // Three days of minutes, two rows a day before which the data has a hole too long to fill.
        int[] minutes = [.. Enumerable.Range(0, 3 * 1440).Where(m => m is not (>= 2100 and < 2140))];
        var data = DatasetPreparer.Prepare(
            Tables.Config(), Tables.At("x.csv", minutes, ("a", [.. minutes.Select(m => (double)(m % 1440))])));
        using var model = new SeasonalNaiveFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        using var naive = new NaiveFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        var made = ValidationForecasts.Of(model, data, default);
        Assert.That(made.Origins, Is.EqualTo(ValidationForecasts.Of(naive, data, default).Origins));
        var known = made.Forecast[0].Zip(made.Truth[0], (f, t) => t - f).Where(double.IsFinite).ToArray();
        Assert.That(known, Is.Not.Empty.And.All.EqualTo(0).Within(1e-9), "yesterday repeats itself");
        Assert.That(made.Forecast[0].Any(double.IsNaN), "of the minutes a day behind the hole");
    }

    [Test]
    public void Without_a_validation_part_there_are_none() =>
        Assert.That(Naive("""{"validation_fraction": 0}""", ("a", Tables.Walk(100, 1))).Made.Origins, Is.Empty);

    [TestCase("AR", "{}")]
    [TestCase("PROPHET", """{"uncertainty_samples": 0}""")]
    [TestCase("LIGHTGBM", """{"num_iterations": 20, "learning_rate": 0.2}""")]
    [TestCase("GRU", """{"hidden_size": 4, "epochs": 2}""")]
    public void A_model_refitted_on_all_of_train_has_the_forecasts_of_the_fit_that_had_not_seen_validation(string type, string changes)
    {
        double[] jump = [.. Tables.Walk(600, 3).Select((v, i) => i < 384 ? v : v + 10)]; // the validation part is elsewhere
        var data = DatasetPreparer.Prepare(Tables.Config(), Tables.Make("x.csv", 0, ("a", jump)));
        var family = ForecasterCatalog.Get(type);
        (FitResult Fit, ValidationForecasts Made) With(bool refit)
        {
            var parameters = JsonNode.Parse(changes)!.AsObject();
            parameters["refit_on_all"] = refit;
            return RunResiduals.FitWith(type, family.Normalise(parameters), data, _context);
        }

        var (once, refitted) = (With(false), With(true));
        using (once.Fit.Model)
        using (refitted.Fit.Model)
        {
            Assert.That((once.Fit.FittedRows.End, refitted.Fit.FittedRows.End), Is.EqualTo((384, 480)));
            Assert.That(refitted.Made.Forecast[0], Is.EqualTo(once.Made.Forecast[0]));
            Assert.That(
                ValidationForecasts.Of(refitted.Fit.Model, data, default).Forecast[0],
                Is.Not.EqualTo(once.Made.Forecast[0]),
                "the served model's own would be others");
            Assert.That(
                refitted.Fit.History[^1].ValRmse, Is.EqualTo(once.Fit.History[^1].ValRmse), "what is reported had not seen it either");
        }
    }

    private static (PreparedDataset Data, ValidationForecasts Made) Naive(string options, params (string, double[])[] columns)
    {
        var data = DatasetPreparer.Prepare(Tables.Config(options), Tables.Make("x.csv", 0, columns));
        using var model = new NaiveFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        return (data, ValidationForecasts.Of(model, data, default));
    }

    /// <summary>Refuses more steps than its horizon.</summary>
    private sealed class Unknowing(ModelSignature signature) : IFittedForecaster
    {
        public ModelSignature Signature => signature;

        public bool FeedsBack => true;

        public double[,,] Forecast(IReadOnlyList<Window> windows, int steps) => steps <= signature.Horizon
            ? new double[windows.Count, steps, 1]
            : throw new InvalidInputException("too far");

        public IReadOnlyDictionary<string, byte[]> Save() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
