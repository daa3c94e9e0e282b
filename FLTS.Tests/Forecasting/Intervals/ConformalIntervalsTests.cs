using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Scaling;
using FsCheck;
using FsCheck.Fluent;
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
        Assert.That(new ConformalIntervals(residuals: null, _targets).Around(0, 3, 1, 10, _free), Is.Null);
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

    [Test]
    public void Errors_that_grow_with_the_level_make_intervals_that_do()
    {
        // |residual| is a tenth of the forecast, as often above as below.
        var intervals = Knots([1], Enumerable.Range(1, 200).Select(f => (new double[] { f }, new[] { f * (f % 2 == 0 ? 1.1 : 0.9) })));
        Assert.That(intervals.Around(0, 0, 50, 80, _free), Is.EqualTo((45.0, 55.0)).Within(1e-9));
        Assert.That(intervals.Around(0, 0, 500, 80, _free), Is.EqualTo((450.0, 550.0)).Within(1e-9), "beyond what was seen");
        Assert.That(intervals.Around(0, 0, 0, 80, _free), Is.EqualTo((-2.01, 2.01)).Within(1e-9), "a fifth of the mean at least");
    }

    [Test]
    public void Between_two_knots_the_offsets_are_interpolated_in_log_lead_and_beyond_the_last_they_are_held()
    {
        // Forecasts of one level: the errors at lead 4 are 3 times those at lead 1.
        var intervals = Knots([1, 4], Enumerable.Range(-20, 41).Select(e => (new double[] { 7, 7 }, new[] { 7 + e, 7 + (3.0 * e) })));
        var (near, far) = (High(1), High(4));
        Assert.That((near, far), Is.EqualTo((17.0, 51.0)).Within(1e-9));
        Assert.That(High(2), Is.EqualTo((near + far) / 2).Within(1e-9), "2 is half-way from 1 to 4");
        Assert.That(High(3), Is.EqualTo(near + (Math.Log(3) / Math.Log(4) * (far - near))).Within(1e-9));
        Assert.That((High(5), High(10_000), intervals.Steps), Is.EqualTo((far, far, 4)));

        double High(int lead) => intervals.Around(0, lead - 1, 7, 80, _free)!.Value.High - 7;
    }

    [Test]
    public void A_knot_with_too_few_residuals_has_no_interval_and_neither_have_the_leads_before_it()
    {
        var intervals = Knots(
            [1, 4], Enumerable.Range(0, 9).Select(i => (new double[] { 7, 7 }, new[] { 7.0 + i, i < 5 ? 7.0 + i : double.NaN })));
        Assert.That(intervals.Around(0, 0, 7, 80, _free), Is.Not.Null);
        Assert.That(new[] { 1, 2, 3, 100 }.Select(step => intervals.Around(0, step, 7, 80, _free)), Is.All.Null);
        Assert.That(intervals.Around(0, 3, 7, 60, _free), Is.Not.Null, "5 residuals suffice for level 60");
    }

    [Test]
    public void A_model_that_is_always_right_has_intervals_without_width() =>
        Assert.That(
            Knots([1], Enumerable.Range(0, 99).Select(f => (new double[] { f }, new double[] { f }))).Around(0, 0, 7, 95, _free),
            Is.EqualTo((7.0, 7.0)));

    [Test]
    public void Whatever_the_residuals_the_forecast_lies_inside_and_a_higher_level_is_no_narrower() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var (shift, spread) = (random.NextDouble() - 0.5, Math.Pow(10, random.Next(-3, 4)));
            double Value() => spread * (random.NextDouble() - 0.5 + shift);
            var intervals = Knots([1, 2, 10], Enumerable.Range(0, random.Next(1, 60)).Select(_ => (
                new[] { Value(), Value(), Value() }, new[] { Value(), random.Next(3) == 0 ? double.NaN : Value(), Value() })));
            for (var step = 0; step < 12; step++)
            {
                var forecast = 3 * Value();
                var wide = intervals.Around(0, step, forecast, 80, _free);
                var narrow = intervals.Around(0, step, forecast, 50, _free);
                if (wide is { } w && !(w.Low <= forecast && forecast <= w.High && narrow is { } n && w.Low <= n.Low && n.High <= w.High))
                    return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    /// <summary>Of target a at some leads, from forecast and truth of each origin.</summary>
    private static ConformalIntervals Knots(int[] leads, IEnumerable<(double[] Forecast, double[] Truth)> origins)
    {
        var all = origins.ToArray();
        return new ConformalIntervals(
            new ValidationForecasts(
                [.. all.Select((_, i) => new DateTime(2024, 1, 1).AddMinutes(i))],
                leads,
                ["a"],
                [[.. all.SelectMany(o => o.Forecast)]],
                [[.. all.SelectMany(o => o.Truth)]]),
            ["a"]);
    }

    /// <summary>A model of before: target a has the residuals of two steps, b their opposites, flat none.</summary>
    private static ConformalIntervals Make(double[] first, double[] second)
    {
        double[] values = [.. first.Zip(second, (x, y) => new[] { x, y }).SelectMany(p => p)];
        return new ConformalIntervals(new ValidationResiduals(2, ["a", "b"], [values, [.. values.Select(v => -v)]]), _targets);
    }
}
