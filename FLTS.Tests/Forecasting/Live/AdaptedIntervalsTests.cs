using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Live;
using FLTS.Forecasting.Scaling;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Live;

[TestFixture]
[Parallelizable]
internal sealed class AdaptedIntervalsTests
{
    private const int Origins = 60;

    private static readonly int[] _leads = [1, 2, 5, 10];
    private static readonly PlausibleRange _any = new(double.NegativeInfinity, double.PositiveInfinity);

    [Test]
    public void Before_the_first_truth_they_are_the_fixed_ones_at_the_knots_and_between_them_between_theirs()
    {
        var fixedOnes = Fixed();
        var adapted = AdaptedIntervals.Begin(fixedOnes, 2, 5);

        foreach (var (target, step, level) in from m in new[] { 0, 1 }
                                              from h in new[] { 0, 1, 4 }
                                              from l in AdaptedIntervals.Levels
                                              select (m, h, l))
        {
            Assert.That(
                adapted.Around(fixedOnes, (target, step), 120, level, _any),
                Is.EqualTo(fixedOnes.Around(target, step, 120, level, _any)));
        }

        var (two, three, five) = (
            adapted.Quantiles(0, 1, 80)!.Value, adapted.Quantiles(0, 2, 80)!.Value, adapted.Quantiles(0, 4, 80)!.Value);
        Assert.That(three.High, Is.InRange(Math.Min(two.High, five.High), Math.Max(two.High, five.High)));
        Assert.That((adapted.Quantiles(0, 5, 80).HasValue, adapted.Quantiles(0, 0, 90).HasValue), Is.EqualTo((false, false)));
    }

    [Test]
    public void A_truth_moves_its_lead_and_its_targets_alone()
    {
        var before = AdaptedIntervals.Begin(Fixed(), 2, 5);
        var after = before.With([new TruthErrors(default, 2, [100, double.NaN])]);

        foreach (var (lead, target) in from l in Enumerable.Range(1, 5) from m in new[] { 0, 1 } select (l, m))
        {
            var isSame = after.Quantiles(target, lead - 1, 95) == before.Quantiles(target, lead - 1, 95);
            Assert.That(isSame, Is.EqualTo((lead, target) != (2, 0)), $"{lead} {target}");
        }
    }

    [Test]
    public void What_is_packed_is_what_is_read_and_goes_on_alike()
    {
        var some = AdaptedIntervals.Begin(Fixed(), 2, 5).With([new TruthErrors(default, 1, [3, -3]), new TruthErrors(default, 5, [9, 9])]);
        var read = AdaptedIntervals.Unpack(some.Pack(), 2);

        Assert.That(All(read), Is.EqualTo(All(some)));
        TruthErrors[] next = [new(default, 1, [-4, 4]), new(default, 4, [1, 1])];
        Assert.That(All(read.With(next)), Is.EqualTo(All(some.With(next))));
        Assert.That(All(some), Is.Not.EqualTo(All(some.With(next))));
        Assert.That(some.Pack(), Has.Length.EqualTo(5 * 2 * 2 * 2 * 24));
    }

    [Test]
    public void Too_few_residuals_for_a_level_leave_it_without_a_side_whatever_comes()
    {
        var few = AdaptedIntervals.Begin(Fixed(origins: 20), 2, 5).With([new TruthErrors(default, 1, [3, -3])]);
        var read = AdaptedIntervals.Unpack(few.Pack(), 2);

        Assert.That((read.Quantiles(0, 0, 80).HasValue, read.Quantiles(0, 0, 95).HasValue), Is.EqualTo((true, false)));
    }

    [Test]
    public void Bytes_of_another_size_and_numbers_that_are_none_are_refused()
    {
        var packed = AdaptedIntervals.Begin(Fixed(), 2, 5).Pack();

        Assert.That(() => AdaptedIntervals.Unpack(packed, 7), Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("672 bytes"));
        Assert.That(() => AdaptedIntervals.Unpack([.. packed, .. packed], 2), Throws.TypeOf<CorruptArtifactException>());
        BitConverter.TryWriteBytes(packed.AsSpan(8), double.PositiveInfinity);
        Assert.That(() => AdaptedIntervals.Unpack(packed, 2), Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("finite"));
    }

    private static List<(double Low, double High)> All(AdaptedIntervals intervals) =>
    [
        .. from step in Enumerable.Range(0, 5)
           from target in new[] { 0, 1 }
           from level in AdaptedIntervals.Levels
           select intervals.Quantiles(target, step, level)!.Value,
    ];

    /// <summary>Of two targets, with errors that grow with lead and forecast.</summary>
    private static ConformalIntervals Fixed(int origins = Origins)
    {
        var chance = new Chance(3);
        var cells = origins * _leads.Length;
        double[][] forecast =
        [
            .. new[] { 0, 1 }.Select(m => Enumerable.Range(0, cells).Select(i => 100.0 + (m * 50) + (i % 37)).ToArray()),
        ];
        double[][] truth =
        [
            .. forecast.Select(f => f.Select((v, i) => v + (chance.Normal() * v / 50 * _leads[i % _leads.Length])).ToArray()),
        ];
        var validated = new ValidationForecasts(
            [.. Enumerable.Range(0, origins).Select(i => new DateTime(2026, 1, 5).AddHours(i))], _leads, ["a", "b"], forecast, truth);
        return new ConformalIntervals(validated, ["a", "b"]);
    }
}
