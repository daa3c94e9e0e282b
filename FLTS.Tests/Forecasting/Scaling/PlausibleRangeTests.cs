using System.Text.Json.Nodes;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Recurrent;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Trees;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Scaling;

/// <summary>What a model is fed back, and what it answers beyond a season, stays near what train has seen.</summary>
[Parallelizable]
public class PlausibleRangeTests
{
    private static readonly ColumnScale _load = new("load", Center: 10, Scale: 20, Min: 10, Max: 30, MeanAbsoluteStep: null, LastSeen: 20);

    [TestCase(10, 30, 0, 40, Description = "train was never negative")]
    [TestCase(-10, 10, -20, 20)]
    [TestCase(5, 5, 5, 5, Description = "a flat target is its constant")]
    public void It_is_train_s_range_widened_by_half_on_either_side(double min, double max, double low, double high) =>
        Assert.That(PlausibleRange.Of(_load with { Min = min, Max = max }).Floored, Is.EqualTo(new PlausibleRange(low, high)));

    [Test]
    public void An_autoregression_that_doubles_at_every_step_is_fed_no_more_than_is_plausible()
    {
        using var model = new ArFamily().Load(Signature("AR"), new JsonObject { ["input_len"] = 1 }, Doubling());

        // Train is 0 to 1 on this scale: at most 1.5 is fed.
        Assert.That(Said(model.Forecast([new Window(Series(0.6), 0)], 5)), Is.EqualTo(new[] { 1.2, 2.4, 3, 3, 3 }).Within(1e-12));
    }

    [Test]
    public void Trees_that_add_one_at_every_step_are_fed_no_more_than_is_plausible()
    {
        var rises = new TreeEnsemble([new RegressionTree([], [], [], [], [1.0])]);
        var signature = Signature("LIGHTGBM");
        using var model = new FittedTrees(
            signature,
            TreeTarget.Residual,
            [new TargetTrees(rises, rises)],
            WindowFeatures.OfBefore(signature.Inputs, signature.InputLength));

        Assert.That(Said(model.Forecast([new Window(Series(0.6), 0)], 4)), Is.EqualTo(new[] { 1.6, 2.5, 2.5, 2.5 }).Within(1e-12));
    }

    [TestCase(TargetMode.Residual, 2.5f, new[] { 3.1, 4, 4 })]
    [TestCase(TargetMode.Level, 7f, new[] { 7.0, 7, 7 })]
    public void A_net_is_fed_no_more_than_is_plausible(TargetMode mode, float output, double[] said)
    {
        var norm = new Normalisation(mode, false, [new ColumnCode(0, 1)], [new ColumnCode(0, 1)]);
        var rollout = new Rollout(Signature("GRU"), SeriesWindows.Of(Series(0.6), [0]), 3);
        var row = new float[1];
        for (var step = 0; step < 3; step++)
        {
            rollout.Append(norm, [output]);
            if (rollout.Done)
                continue;
            rollout.LastRows(norm, row);
            Assert.That(row, Is.EqualTo(new[] { 1.5f }));
        }

        var into = new double[1, 3, 1];
        rollout.CopyTo(into, 0);
        Assert.That(Said(into), Is.EqualTo(said).Within(1e-6));
    }

    [Test]
    public void Answers_beyond_a_season_are_kept_within_it_and_those_before_are_the_model_s_own()
    {
        var restorer = new ForecastRestorer(new Scaler(ScalerKind.MinMax, [_load]), ["load"], TimeSpan.FromHours(12));
        double[,,] scaled = { { { 0.5 }, { 3 }, { 3 }, { -1 } } };

        Assert.That(restorer.Season, Is.EqualTo(2));
        Assert.That(Said(restorer.Restore(scaled, Series(0.6), [0])), Is.EqualTo(new[] { 20.0, 70, 40, 0 }));
        Assert.That(restorer.Enforced(scaled, fedBack: 0), Is.EqualTo(new int?[] { 2 }));
        Assert.That(restorer.Enforced(scaled, fedBack: 3), Is.EqualTo(new int?[] { 1 }));
        double[,,] near = { { { 0.5 }, { 1.4 }, { -0.2 } } };
        Assert.That(restorer.Enforced(near, fedBack: 2), Is.EqualTo(new int?[] { null }));
    }

    [TestCase(2 * 60, 720)]
    [TestCase(3600, 24)]
    [TestCase(86_400, 7)]
    [TestCase(7 * 86_400, 52)]
    [TestCase(7 * 60, 1, Description = "seven minutes divide no day")]
    public void The_season_follows_from_the_step(int seconds, int steps) =>
        Assert.That(Season.Steps(TimeSpan.FromSeconds(seconds)), Is.EqualTo(steps));

    private static ModelSignature Signature(string type) => new(type, ["load"], ["load"], 1, 1, TimeSpan.FromHours(1))
    {
        Plausible = [new PlausibleRange(-0.5, 1.5)],
    };

    private static PreparedSeries Series(double last) => new()
    {
        Timestamps = [new DateTime(2026, 1, 5)],
        Segments = [0],
        Step = TimeSpan.FromHours(1),
        Columns = ["load"],
        Values = [[last]],
        Observed = [[true]],
        Targets = ["load"],
    };

    private static Dictionary<string, byte[]> Doubling() => new()
    {
        ["model.json"] = """
            {"model_type": "AR", "scale": [{"mean": 0, "deviation": 1}], "coefficients": [[2, 0]]}
            """u8.ToArray(),
    };

    private static double[] Said(double[,,] forecast) => [.. forecast.Cast<double>()];
}
