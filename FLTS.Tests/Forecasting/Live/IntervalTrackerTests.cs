using FLTS.Forecasting.Live;
using FLTS.Forecasting.Series;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Live;

[TestFixture]
[Parallelizable]
internal sealed class IntervalTrackerTests
{
    [Test]
    public void A_side_begins_at_its_quantile_and_moves_by_a_step_a_truth()
    {
        var upper = IntervalTracker.Begin((0.9, 0.98), 4, 80, isUpper: true);

        Assert.That((upper.Quantile, upper.Range), Is.EqualTo((0.9, 0.98)).Using<double>((a, b) => Math.Abs(a - b) < 1e-9 ? 0 : 1));
        Assert.That(upper.With(2).Quantile, Is.EqualTo(0.9 + (0.01 / 2 * 0.98 * 0.9)).Within(1e-12), "missed");
        Assert.That(upper.With(0).Quantile, Is.EqualTo(0.9 - (0.01 / 2 * 0.98 * 0.1)).Within(1e-12));
    }

    [TestCase(80)]
    [TestCase(95)]
    public void Where_errors_have_grown_the_sides_follow_until_they_hold_what_they_promise(double level)
    {
        var chance = new Chance(7);
        double[] before = [.. Enumerable.Range(0, 5000).Select(_ => chance.Normal())];
        var (low, high) = (Begin(before, level, false), Begin(before, level, true));
        var (inside, fixedInside) = (0, 0);
        const int Steps = 20_000;
        for (var i = 0; i < Steps; i++)
        {
            var residual = 0.3 + (1.3 * chance.Normal());
            inside += residual >= low.Quantile && residual <= high.Quantile ? 1 : 0;
            fixedInside += residual >= low.Start && residual <= high.Start ? 1 : 0;
            (low, high) = (low.With(residual), high.With(residual));
        }

        Assert.That(100.0 * inside / Steps, Is.EqualTo(level).Within(1));
        Assert.That(100.0 * fixedInside / Steps, Is.LessThan(level - 4));
    }

    [FsCheck.NUnit.Property]
    public Property No_truth_moves_a_side_further_than_the_range_it_began_with() => Prop.ForAll(
        Gen.Choose(-1000, 1000).Select(v => (double)v).ArrayOf(400).ToArbitrary(),
        Gen.Elements(true, false).ToArbitrary(),
        (residuals, isUpper) =>
        {
            var side = Begin([.. Enumerable.Range(0, 100).Select(i => i / 100.0)], 80, isUpper);
            return residuals.All(r => Math.Abs((side = side.With(r)).Quantile - side.Start) <= side.Range + 1e-12);
        });

    /// <summary>At the residuals' own quantile.</summary>
    private static IntervalTracker Begin(double[] residuals, double level, bool isUpper)
    {
        double[] sorted = [.. residuals.Order()];
        return IntervalTracker.Begin(
            (Statistics.Quantile(sorted, (1 + ((isUpper ? 1 : -1) * level / 100)) / 2),
                Statistics.Quantile(sorted, 0.99) - Statistics.Quantile(sorted, 0.01)),
            1,
            level,
            isUpper);
    }
}
