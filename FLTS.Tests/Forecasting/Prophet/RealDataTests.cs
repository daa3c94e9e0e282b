using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Predict;
using FLTS.Forecasting.Prophet.Settings;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Prophet;

/// <summary>
/// The reference on measurements that are not part of the repository: FLTS_DATASETS names the folder of PobleSec.csv, FLTS_REFERENCE that
/// of <c>prophet/poblesec_down_traintest.json</c>. The launcher runs it where both are set; the synthetic cases stand in elsewhere.
/// </summary>
[TestFixture, Category(TestCategories.RealData)]
internal sealed class RealDataTests
{
    [Test]
    public void The_fit_of_PobleSecs_down_reaches_the_true_maximum()
    {
        var (datasets, reference) = (
            Environment.GetEnvironmentVariable("FLTS_DATASETS"),
            Environment.GetEnvironmentVariable("FLTS_REFERENCE"));
        Assert.That(
            datasets is not null && reference is not null,
            "FLTS_DATASETS and FLTS_REFERENCE must name the folders of the measurements and of the reference numbers");
        var golden = JsonNode.Parse(File.ReadAllText(Path.Combine(reference!, "prophet", "poblesec_down_traintest.json")))!;
        var map = JsonNode.Parse(File.ReadAllText(Path.Combine(reference!, "prophet", "true_map.json")))!["poblesec_down_traintest.json"]!;
        var rows = File.ReadLines(Path.Combine(datasets!, "PobleSec.csv")).Skip(1).Select(l => l.Split(',')).ToArray();
        var (least, most) = ((double)golden["y_min"]!, (double)golden["y_max"]!);
        var y = rows.Select(r =>
            r[1].Length == 0 ? double.NaN : (double.Parse(r[1], CultureInfo.InvariantCulture) - least) / (most - least)).ToArray();
        for (var i = 1; i < y.Length; i++)
            y[i] = double.IsNaN(y[i]) ? y[i - 1] : y[i];
        var frame = new ProphetFrame { Ds = [.. rows.Select(r => DateTime.Parse(r[0], CultureInfo.InvariantCulture))], Y = y };
        var model = ProphetFitter.Fit(
            new ProphetSettings { NChangepoints = 50, ChangepointPriorScale = 0.1, SeasonalityPriorScale = 20 }, frame);

        var first = DateTime.Parse((string)golden["test_first_ds"]!, CultureInfo.InvariantCulture);
        var expected = golden["yhat_first_200"]!.AsArray().Select(v => (double)v!).ToArray();
        var yhat = model.PredictPoint(
            new ProphetFrame { Ds = [.. Enumerable.Range(0, expected.Length).Select(i => first.AddMinutes(2 * i))] });
        TestContext.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"reached {model.Report.LogPosterior:F4}, Stan {(double)golden["log_posterior"]!:F4}, "
            + $"maximum {(double)map["lp_true_map"]!:F4}, iterations {model.Report.Iterations}, "
            + $"worst yhat difference {yhat.Zip(expected, (a, b) => Math.Abs(a - b)).Max():E2}"));
        Assert.That(model.Report.Converged, Is.True);
        Assert.That(model.Report.LogPosterior, Is.GreaterThanOrEqualTo((double)map["lp_true_map"]! - 0.1));
        Assert.That(yhat, Is.EqualTo(expected).Within((1.5 * (double)map["yhat_gap_max"]!) + 0.005));
    }
}
