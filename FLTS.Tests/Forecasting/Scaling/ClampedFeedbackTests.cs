using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series.Csv;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Scaling;

/// <summary>
/// What the bound on feedback does to errors, on measurements (FLTS_DATASETS names the folder of PobleSec.csv and PobleSec_test.csv): over
/// the first thirty steps they do not rise. Where train is a few hours, of a range that later rows leave, they may, by a few per cent: the
/// bound is train's range.
/// </summary>
[TestFixture, Category(TestCategories.RealData), Category(TestCategories.Soak)]
internal sealed class ClampedFeedbackTests
{
    private const int Steps = 30;

    /// <summary>Every so many rows of test.</summary>
    private const int Apart = 10;

    [TestCaseSource(nameof(Cases))]
    public void Errors_over_thirty_steps_do_not_rise(string type, int trainRows, int? seed)
    {
        var data = Prepare(trainRows);
        var family = ForecasterCatalog.Get(type);
        var parameters = family.Normalise(null);
        if (seed is not null)
            parameters["seed"] = seed;
        using var kept = family.Create(parameters).Fit(data.TrainingSet, new FitContext(1, null, CancellationToken.None)).Model;
        using var free = family.Load(kept.Signature with { Plausible = null }, parameters, kept.Save());
        var frame = EvaluationFrame.Of(data, kept.Signature.InputLength, Steps);

        var (withBound, clamped) = Rmse(data, frame, kept);
        var (without, _) = Rmse(data, frame, free);

        TestContext.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{type,-8} {(trainRows == 0 ? "all" : trainRows),4} rows, seed {seed}: rmse over steps 1..{Steps} {withBound:F5}, unbounded "
            + $"{without:G6}; {clamped:P1} of the origins leave the range"));
        Assert.That(withBound, Is.LessThanOrEqualTo(without * (trainRows == 0 ? 1 + 1e-9 : 1.05)));
    }

    /// <summary>Two seeds of the nets; the others are not random.</summary>
    private static IEnumerable<TestCaseData> Cases =>
        from rows in (int[])[60, 200, 0]
        from model in ((string Type, int? Seed)[])[("GRU", 1), ("GRU", 2), ("LSTM", 1), ("LSTM", 2), ("LIGHTGBM", null), ("AR", null)]
        select new TestCaseData(model.Type, rows, model.Seed);

    private static PreparedDataset Prepare(int trainRows)
    {
        var folder = Environment.GetEnvironmentVariable("FLTS_DATASETS");
        Assert.That(folder, Is.Not.Null, "FLTS_DATASETS must name the folder of the measurements");
        var options = trainRows == 0 ? [] : new JsonObject { ["sample_train_rows"] = trainRows, ["sample_strategy"] = "head" };
        return DatasetPreparer.Prepare(
            PreprocessConfigParser.Parse("PobleSec", new string('a', 64), new string('b', 64), options),
            Read(folder!, "PobleSec.csv"),
            Read(folder!, "PobleSec_test.csv"));
    }

    private static FLTS.Forecasting.Series.RawTable Read(string folder, string file)
    {
        using var stream = File.OpenRead(Path.Combine(folder, file));
        return CsvTableReader.Read(stream, file, new CsvReadOptions());
    }

    /// <summary>On train's min-max scale, over all targets; and the share of origins from which the range is left.</summary>
    private static (double Rmse, double Clamped) Rmse(PreparedDataset data, EvaluationFrame frame, IFittedForecaster model)
    {
        var (restorer, scales) = (data.Restorer, data.Meta.Targets.Select(t => data.Meta.Scaler[t]).ToArray());
        var (sum, cells, clamped, asked) = (0.0, 0, 0, 0);
        for (var n = 0; n < frame.ScoredRows; n += Apart, asked++)
        {
            var scaled = model.Forecast([new Window(frame.Series, frame.Origins[n])], Steps);
            clamped += restorer.Enforced(scaled, Steps - 1).Any(e => e is not null) ? 1 : 0;
            var forecast = restorer.Restore(scaled, frame.Series, [frame.Origins[n]]);
            for (var h = 0; h < Steps; h++)
            {
                for (var m = 0; m < scales.Length; m++)
                {
                    if (!double.IsFinite(frame.Truth[n, h, m]) || scales[m].Flat)
                        continue;
                    var error = (forecast[0, h, m] - frame.Truth[n, h, m]) / (scales[m].Max - scales[m].Min);
                    (sum, cells) = (sum + (error * error), cells + 1);
                }
            }
        }

        return (Math.Sqrt(sum / cells), (double)clamped / asked);
    }
}
