using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Scaling;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Intervals;

[TestFixture, Parallelizable]
internal sealed class ConformalIntervalsTests
{
    private static readonly string[] _targets = ["a", "flat", "b"];

    private static readonly PlausibleRange _free = new(double.NegativeInfinity, double.PositiveInfinity);

    [Test]
    public void Bounds_are_the_residuals_of_the_conformal_rank_on_both_sides_target_by_target_and_step_by_step()
    {
        // 19 residuals: level 80 takes rank ceil(20 * 0.9) = 18 from either end, level 90 rank 19, level 91 none.
        double[] one = [.. Enumerable.Range(0, 19).Select(i => i - 5.0)]; // -5 .. 13
        var intervals = Make(one, [.. one.Select(r => 10 * r)]);
        Assert.That(intervals.Around(0, 0, 100, 80, _free), Is.EqualTo((96.0, 112.0)));
        Assert.That(intervals.Around(0, 1, 100, 80, _free), Is.EqualTo((60.0, 220.0)));
        Assert.That(intervals.Around(0, 0, 100, 90, _free), Is.EqualTo((95.0, 113.0)));
        Assert.That(intervals.Around(0, 0, 100, 91, _free), Is.Null, "too few residuals");
        Assert.That(intervals.Around(2, 0, 100, 80, _free), Is.EqualTo((88.0, 104.0)), "b has the opposite errors");
        Assert.That(intervals.Around(1, 0, 100, 80, _free), Is.Null, "a flat target has no residuals");
    }

    [Test]
    public void Steps_beyond_the_last_rollout_reuse_its_last_step()
    {
        double[] one = [.. Enumerable.Range(0, 19).Select(i => i - 9.0)];
        var intervals = Make(one, [.. one.Select(r => 2 * r)]);
        Assert.That(intervals.Steps, Is.EqualTo(2));
        Assert.That(intervals.Around(0, 500, 7, 80, _free), Is.EqualTo(intervals.Around(0, 1, 7, 80, _free)));
    }

    [Test]
    public void The_forecast_lies_inside_and_a_target_never_below_zero_stays_so()
    {
        double[] all = [.. Enumerable.Range(0, 19).Select(i => 5.0 + i)]; // always too low
        Assert.That(Make(all, all).Around(0, 0, 100, 50, _free), Is.EqualTo((100.0, 119.0)));
        Assert.That(Make([.. all.Select(r => -r)], all).Around(0, 0, 10, 50, _free with { Low = 0 }), Is.EqualTo((0.0, 10.0)));
    }

    [Test]
    public void Missing_residuals_are_left_out()
    {
        double[] one = [.. Enumerable.Range(0, 19).Select(i => i % 2 == 0 ? double.NaN : i)];
        Assert.That(Make(one, one).Around(0, 0, 0, 80, _free), Is.EqualTo((0.0, 17.0)), "9 are left, just enough for level 80");
        Assert.That(Make(one, one).Around(0, 0, 0, 81, _free), Is.Null);
        Assert.That(new ConformalIntervals(null, _targets).Around(0, 3, 1, 10, _free), Is.Null);
    }

    [TestCase(50)]
    [TestCase(80)]
    [TestCase(95)]
    public void Fresh_errors_of_the_same_kind_are_covered_as_often_as_the_level_says(double level)
    {
        // Skewed errors; the mean coverage over many draws of the residuals is the level, at most 2 / (n + 1) more.
        var random = new Random(1);
        double Error() => Math.Exp(2 * random.NextDouble()) - 2;
        var (inside, asked) = (0, 0);
        for (var draw = 0; draw < 300; draw++)
        {
            double[] errors = [.. Enumerable.Range(0, 99).Select(_ => Error())];
            var (low, high) = Make(errors, errors).Around(0, 0, 0, level, _free)!.Value;
            for (var i = 0; i < 200; i++, asked++)
                inside += Error() is var e && e >= low && e <= high ? 1 : 0;
        }

        Assert.That(100.0 * inside / asked, Is.InRange(level - 1, level + 3));
    }

    /// <summary>Target a has the residuals of two steps, b their opposites, flat none.</summary>
    private static ConformalIntervals Make(double[] first, double[] second)
    {
        double[] values = [.. first.Zip(second, (x, y) => new[] { x, y }).SelectMany(p => p)];
        var times = Enumerable.Range(0, first.Length).Select(i => new DateTime(2024, 1, 1).AddMinutes(i)).ToArray();
        return new ConformalIntervals(new ValidationResiduals(times, 2, ["a", "b"], [values, [.. values.Select(v => -v)]]), _targets);
    }
}
