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

    [Test]
    public void Beyond_the_trackers_what_was_missed_of_late_moves_a_knot_and_what_lies_between_knots_is_interpolated()
    {
        var fixedOnes = Fixed();
        var adapted = AdaptedIntervals.Begin(fixedOnes, 2, 5).With([new TruthErrors(default, 5, [9, 9])])
            .With(IntervalWindows.Of(fixedOnes, 2, season: 48, stride: 1, Missed(60)));

        var window = adapted.Windows.Quantiles(0, 10, 80)!.Value;
        Assert.That(window.High, Is.GreaterThan(fixedOnes.Sides(0, 9, 80)!.Value.High));
        foreach (var (target, level) in from m in new[] { 0, 1 } from l in AdaptedIntervals.Levels select (m, l))
        {
            var (five, ten) = (At(4), At(9));
            var share = Math.Log(7 / 5.0) / Math.Log(10 / 5.0);
            Assert.That(At(6).High, Is.EqualTo(five.High + (share * (ten.High - five.High))).Within(1e-9), "between 5 and 10");
            Assert.That(At(6).Low, Is.EqualTo(five.Low + (share * (ten.Low - five.Low))).Within(1e-9));
            Assert.That(At(25), Is.EqualTo(ten), "held beyond the last knot, as the fixed ones");

            (double Low, double High) At(int step) => adapted.Around(fixedOnes, (target, step), 120, level, _any)!.Value;
        }

        for (var step = 0; step < 12; step++)
        {
            var (inner, outer) = (
                adapted.Around(fixedOnes, (0, step), 120, 80, _any)!.Value, adapted.Around(fixedOnes, (0, step), 120, 95, _any)!.Value);
            Assert.That(inner.Low >= outer.Low && inner.High <= outer.High && inner.Low <= 120 && inner.High >= 120, $"step {step}");
        }

        Assert.That(adapted.Around(fixedOnes, (0, 6), 120, 90, _any), Is.Null, "another level stays as it is");
        Assert.That(AdaptedIntervals.Begin(fixedOnes, 2, 5).Around(fixedOnes, (0, 6), 120, 80, _any), Is.Null, "no window");
    }

    [TestCase(60, 48, 1, ExpectedResult = 1)]
    [TestCase(60, 61, 1, ExpectedResult = 0, Description = "less than a season")]
    [TestCase(25, 24, 1, ExpectedResult = 0, Description = "2.5 forecasts of 10 steps that do not overlap")]
    [TestCase(30, 24, 1, ExpectedResult = 0, Description = "too few for 95 %, so 80 % stays as well")]
    [TestCase(39, 24, 1, ExpectedResult = 1)]
    public int A_window_counts_from_a_season_and_three_forecasts_that_do_not_overlap_on(int origins, int season, int stride) =>
        IntervalWindows.Of(Fixed(), 2, season, stride, Missed(origins)).Knots.Count;

    [Test]
    public void Windows_are_read_as_they_were_packed_and_other_bytes_are_refused()
    {
        var windows = IntervalWindows.Of(Fixed(), 2, 48, 1, Missed(60));
        var (packed, read) = (windows.Pack(), IntervalWindows.Unpack(windows.Pack(), 2));

        Assert.That(packed, Has.Length.EqualTo(4 + (2 * 2 * 2 * 8)));
        Assert.That(read.Knots, Is.EqualTo(windows.Knots));
        foreach (var (target, level) in from m in new[] { 0, 1 } from l in AdaptedIntervals.Levels select (m, l))
            Assert.That(read.Quantiles(target, 10, level), Is.EqualTo(windows.Quantiles(target, 10, level)));
        Assert.That(IntervalWindows.Unpack([], 2).Knots, Is.Empty);
        Assert.That(() => IntervalWindows.Unpack(packed, 3), Throws.TypeOf<CorruptArtifactException>());
        Assert.That(() => IntervalWindows.Unpack([.. packed, .. packed], 2), Throws.TypeOf<CorruptArtifactException>());
    }

    /// <summary>Truths that lay far from forecasts of ten steps, to either side.</summary>
    private static IEnumerable<TruthErrors> Missed(int origins) =>
        Enumerable.Range(0, origins).Select(i => new TruthErrors(default, 10, i % 2 == 0 ? [20 + (i % 7), 10] : [-20, -10 - (i % 5)]));

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
