using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Training;
using FLTS.Tests.Forecasting.Preparation;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Intervals;

[TestFixture, Parallelizable]
internal sealed class ValidationResidualsTests
{
    private static readonly FitContext _context = new(1, null, default);

    [Test]
    public void Residuals_of_NAIVE_are_truth_minus_last_value_in_original_units_step_by_step()
    {
        double[] values = [.. Enumerable.Range(0, 50).Select(i => (double)(i * i))];
        var (data, residuals) = Naive("""{"scaler": "MinMax", "validation_fraction": 0.25, "test_fraction": 0.2}""", ("a", values));

        // Train is 40 rows, the last 10 validate: the first origin is the row before them, the last one the row before the last.
        Assert.That(data.Meta.ValidationStart, Is.EqualTo(30));
        Assert.That(residuals.Origins, Is.EqualTo(data.Train.Timestamps[29..39]));
        Assert.That((residuals.Steps, residuals.Targets), Is.EqualTo((30, new[] { "a" })));
        for (var n = 0; n < 10; n++)
        {
            for (var h = 0; h < 30; h++)
            {
                var (origin, row) = (29 + n, 30 + n + h);
                Assert.That(
                    residuals.Values[0][(n * 30) + h],
                    Is.EqualTo(row < 40 ? (row * row) - (origin * origin) : double.NaN).Within(1e-9),
                    $"origin {origin}, step {h + 1}");
            }
        }
    }

    [Test]
    public void Cells_that_were_filled_in_are_no_truth()
    {
        double[] values = [.. Enumerable.Range(0, 50).Select(i => i is 33 or 34 ? double.NaN : i * i)];
        var (_, residuals) = Naive("""{"validation_fraction": 0.25}""", ("a", values));
        for (var n = 0; n < 10; n++)
        {
            for (var h = 0; h < 30; h++)
            {
                // The last value seen is that of row 32 for origins 33 and 34.
                var (origin, row) = (29 + n is 33 or 34 ? 32 : 29 + n, 30 + n + h);
                Assert.That(
                    residuals.Values[0][(n * 30) + h],
                    Is.EqualTo(row < 40 && row is not (33 or 34) ? (row * row) - (origin * origin) : double.NaN).Within(1e-9),
                    $"origin {29 + n}, step {h + 1}");
            }
        }
    }

    [Test]
    public void No_rollout_crosses_a_gap()
    {
        // 80 train rows; a gap of a day after row 69.
        int[] minutes = [.. Enumerable.Range(0, 100).Select(i => i < 70 ? i : i + 1440)];
        var data = DatasetPreparer.Prepare(
            Tables.Config("""{"validation_fraction": 0.25}"""),
            Tables.At("x.csv", minutes, ("a", [.. minutes.Select(m => (double)m)])));
        using var model = new NaiveFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        var residuals = ValidationResiduals.Of(model, data, default);
        Assert.That(residuals.Origins, Is.EqualTo(Enumerable.Range(59, 20).Where(o => o != 69).Select(o => data.Train.Timestamps[o])));
        Assert.That(residuals.Values[0].Where(double.IsFinite), Is.All.LessThan(11), "no change as long as the gap");
        Assert.That(residuals.Values[0].Take(30).Count(double.IsFinite), Is.EqualTo(10), "rows 60 to 69");
    }

    [Test]
    public void Origins_beyond_the_cap_are_spread_evenly_from_the_first_to_the_last()
    {
        var (data, residuals) = Naive("{}", ("a", Tables.Walk(5000, 1)), ("flat", [.. Enumerable.Repeat(1.0, 5000)]));
        Assert.That(residuals.Origins, Has.Count.EqualTo(ValidationResiduals.MostOrigins).And.Ordered.And.Unique);
        Assert.That(residuals.Origins[0], Is.EqualTo(data.Train.Timestamps[data.Meta.ValidationStart - 1]));
        Assert.That(residuals.Origins[^1], Is.EqualTo(data.Train.Timestamps[^2]));
        Assert.That(residuals.Origins.Zip(residuals.Origins.Skip(1), (a, b) => (b - a).TotalMinutes), Is.All.InRange(1, 2));
        Assert.That(residuals.Targets, Is.EqualTo(["a"]), "a target flat in train has none");
    }

    [Test]
    public void A_model_whose_coming_inputs_are_unknown_has_residuals_of_its_own_horizon()
    {
        var data = DatasetPreparer.Prepare(
            Tables.Config("""{"targets": ["a"], "inputs": ["b"]}"""),
            Tables.Make("x.csv", 0, ("a", Tables.Walk(300, 1)), ("b", Tables.Walk(300, 2))));
        using var model = new ArFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        var residuals = ValidationResiduals.Of(model, data, default);
        Assert.That(
            (residuals.Steps, residuals.Values[0].Count(double.IsFinite)),
            Is.EqualTo((1, data.Train.Rows - data.Meta.ValidationStart)));
    }

    [Test]
    public void Origins_without_a_forecast_are_left_out()
    {
        // Three days of minutes, two rows a day before which the data has a hole too long to fill.
        int[] minutes = [.. Enumerable.Range(0, 3 * 1440).Where(m => m is not (>= 2100 and < 2140))];
        var data = DatasetPreparer.Prepare(
            Tables.Config(), Tables.At("x.csv", minutes, ("a", [.. minutes.Select(m => (double)(m % 1440))])));
        using var model = new SeasonalNaiveFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        var residuals = ValidationResiduals.Of(model, data, default);
        Assert.That(residuals.Origins, Is.Not.Empty);
        Assert.That(residuals.Values[0].Where(double.IsFinite), Is.All.EqualTo(0).Within(1e-9), "yesterday repeats itself");
        Assert.That(residuals.Origins.Select(o => (o - Tables.Start).TotalMinutes), Has.None.InRange(2100 + 1440 - 30, 2139 + 1440 - 1));
    }

    [Test]
    public void Without_a_validation_part_there_are_none() =>
        Assert.That(Naive("""{"validation_fraction": 0}""", ("a", Tables.Walk(100, 1))).Residuals.Origins, Is.Empty);

    [TestCase("AR", "{}")]
    [TestCase("PROPHET", """{"uncertainty_samples": 0}""")]
    [TestCase("LIGHTGBM", """{"num_iterations": 20, "learning_rate": 0.2}""")]
    [TestCase("GRU", """{"hidden_size": 4, "epochs": 2}""")]
    public void A_model_refitted_on_all_of_train_has_the_residuals_of_the_fit_that_had_not_seen_validation(string type, string changes)
    {
        double[] jump = [.. Tables.Walk(600, 3).Select((v, i) => i < 384 ? v : v + 10)]; // the validation part is elsewhere
        var data = DatasetPreparer.Prepare(Tables.Config(), Tables.Make("x.csv", 0, ("a", jump)));
        var family = ForecasterCatalog.Get(type);
        (FitResult Fit, ValidationResiduals Residuals) With(bool refit)
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
            Assert.That(refitted.Residuals.Values[0], Is.EqualTo(once.Residuals.Values[0]));
            Assert.That(
                ValidationResiduals.Of(refitted.Fit.Model, data, default).Values[0],
                Is.Not.EqualTo(once.Residuals.Values[0]),
                "the served model's own would be others");
            Assert.That(
                refitted.Fit.History[^1].ValRmse, Is.EqualTo(once.Fit.History[^1].ValRmse), "what is reported had not seen it either");
        }
    }

    [Test]
    public async Task What_was_written_is_read_and_written_the_same()
    {
        var (_, residuals) = Naive("{}", ("a", Tables.Walk(400, 1, 0.05)), ("step", Tables.Walk(400, 2)));
        var bytes = await ResidualFile.WriteAsync(residuals);
        var read = await ResidualFile.ReadAsync(bytes, ["a", "step", "flat"]);
        Assert.That((read.Steps, read.Targets, read.Origins), Is.EqualTo((residuals.Steps, residuals.Targets, residuals.Origins)));
        Assert.That(read.Values, Is.EqualTo(residuals.Values));
        Assert.That(await ResidualFile.WriteAsync(read), Is.EqualTo(bytes));
        var none = new ValidationResiduals([], 30, ["a"], [[]]);
        Assert.That((await ResidualFile.ReadAsync(await ResidualFile.WriteAsync(none), ["a"])).Origins, Is.Empty);
    }

    [Test]
    public async Task What_is_no_file_of_residuals_is_refused()
    {
        var one = new ValidationResiduals([Tables.Start], 2, ["a"], [[1, 2]]);
        var bytes = await ResidualFile.WriteAsync(one);
        Assert.That(
            () => ResidualFile.ReadAsync(bytes, ["b"]),
            Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("the targets b"));
        Assert.That(() => ResidualFile.ReadAsync(bytes[..^3], ["a"]), Throws.TypeOf<CorruptArtifactException>());
        Assert.That(() => ResidualFile.ReadAsync([], ["a"]), Throws.TypeOf<CorruptArtifactException>());
        foreach (var bad in new[]
        {
            one with { Values = [[1, double.PositiveInfinity]] },
            one with { Origins = [.. Enumerable.Repeat(Tables.Start, 8000)], Values = [new double[16_000]] },
        })
        {
            var written = await ResidualFile.WriteAsync(bad);
            Assert.That(() => ResidualFile.ReadAsync(written, ["a"]), Throws.TypeOf<CorruptArtifactException>());
        }
    }

    private static (PreparedDataset Data, ValidationResiduals Residuals) Naive(string options, params (string, double[])[] columns)
    {
        var data = DatasetPreparer.Prepare(Tables.Config(options), Tables.Make("x.csv", 0, columns));
        using var model = new NaiveFamily().Create([]).Fit(data.TrainingSet, _context).Model;
        return (data, ValidationResiduals.Of(model, data, default));
    }
}
