using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Series;
using FLTS.Modules.Evaluation.Scoring;
using NUnit.Framework;

namespace FLTS.Tests.Evaluation;

/// <summary>A winner that is far off on any target is no model to serve.</summary>
[TestFixture]
[Parallelizable]
internal sealed class PlausibilityTests
{
    [TestCase(0.5, 0.06, false, Description = "within ten times NAIVE's")]
    [TestCase(0.61, 0.06, true)]
    [TestCase(0.09, 0.001, false, Description = "within ten times 1 % of train's range")]
    [TestCase(0.11, 0.001, true)]
    [TestCase(0.11, null, true, Description = "NAIVE has no value")]
    public void It_is_implausible_above_ten_times_the_larger_of_naive_and_a_hundredth_of_the_range(double rmse, double? naive, bool isSo)
    {
        var why = WhyNot(rmse, naive, Train(spike: null));

        Assert.That(why is not null, Is.EqualTo(isSo));
        if (isSo)
            Assert.That(why, Does.StartWith("the rmse of 'load' is ").And.Contain("10 times"));
    }

    [Test]
    public void A_spike_in_train_excuses_nobody()
    {
        // The range is 1e9 with the spike and 9 without it.
        Assert.That(WhyNot(50 / 1e9, 2 / 1e9, Train(spike: 1e9)), Does.Contain("outliers left out").And.Contain("preprocessing.clipping"));
        Assert.That(WhyNot(18 / 1e9, 2 / 1e9, Train(spike: 1e9)), Is.Null);
    }

    [Test]
    public void A_flat_target_is_its_constant_and_no_model_s_fault() =>
        Assert.That(WhyNot(50, 0.1, Train(spike: null), isFlat: true), Is.Null);

    private static string? WhyNot(double rmse, double? naive, PreparedSeries train, bool isFlat = false) =>
        Plausibility.WhyNot(Entry(rmse, isFlat), naive is { } held ? Entry(held, isFlat) : null, train);

    private static ScoreboardEntry Entry(double rmse, bool isFlat) => ScoreboardEntry.NotScored("candidate", "GRU", null, "") with
    {
        PerTarget = new Dictionary<string, TargetScore>
        {
            ["load"] = new(100, isFlat, rmse * rmse, rmse, rmse, 0, 0, 0, null),
        },
    };

    private static PreparedSeries Train(double? spike) => new()
    {
        Timestamps = [.. Enumerable.Range(0, 200).Select(i => new DateTime(2026, 1, 1).AddHours(i))],
        Segments = new int[200],
        Step = TimeSpan.FromHours(1),
        Columns = ["load"],
        Values = [[.. Enumerable.Range(0, 200).Select(i => i == 77 ? spike ?? 50 : 50.0 + (i % 10))]],
        Observed = [[.. Enumerable.Repeat(true, 200)]],
        Targets = ["load"],
    };
}
