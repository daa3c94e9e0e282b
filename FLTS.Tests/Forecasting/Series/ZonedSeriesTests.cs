using System.Globalization;
using FLTS.Forecasting.Features;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Grid;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Series;

[Parallelizable]
public class ZonedSeriesTests
{
    private const string Madrid = "Europe/Madrid";

    private static readonly string[] _zones =
    [
        Madrid, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "America/St_Johns", "Europe/Dublin",
        "Asia/Gaza", "UTC",
    ];

    [TestCase("Europe/Madrid")]
    [TestCase("Australia/Lord_Howe")]
    [TestCase("Africa/Casablanca")]
    [TestCase("Pacific/Apia")]
    [TestCase("America/St_Johns")]
    public void The_clock_shows_what_the_framework_s_zone_shows(string id)
    {
        var (clock, zone) = (ZoneClock.Of(id), TimeZoneInfo.FindSystemTimeZoneById(id));
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var utc = new DateTime(random.NextInt64(new DateTime(1905, 1, 1).Ticks, new DateTime(2150, 1, 1).Ticks));
            utc = new DateTime(utc.Ticks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute);
            var local = utc + zone.GetUtcOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc));
            if (clock.Local(utc) != local)
                Assert.Fail($"{utc:s} is {local:s}, not {clock.Local(utc):s}");
            if (clock.Utc(local) != utc && clock.Utc(local, second: true) != utc)
                Assert.Fail($"{local:s} is {utc:s}, not {clock.Utc(local):s}");
        }
    }

    [Test]
    public void A_time_shown_twice_is_the_first_of_both_and_one_that_is_never_shown_as_much_later()
    {
        var clock = ZoneClock.Of(Madrid);
        Assert.That(clock.Utc(Time("2024-10-27 02:30")), Is.EqualTo(Time("2024-10-27 00:30")));
        Assert.That(clock.Utc(Time("2024-10-27 02:30"), second: true), Is.EqualTo(Time("2024-10-27 01:30")));
        Assert.That(clock.Local(clock.Utc(Time("2024-03-31 02:30"))), Is.EqualTo(Time("2024-03-31 03:30")));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Hours_written_twice_in_local_time_are_the_two_in_the_order_of_the_file(bool newestFirst)
    {
        DateTime[] instants = [.. Enumerable.Range(0, 8).Select(q => Time("2024-10-27 00:00").AddMinutes(15 * q))];
        if (newestFirst)
            Array.Reverse(instants);
        var times = Array.ConvertAll(instants, ZoneClock.Of(Madrid).Local);
        ZoneClock.Of(Madrid).ToInstants(times, _ => true);
        Assert.That(times, Is.EqualTo(instants));
    }

    [TestCase("01:00:00", "2024-10-26 00:00", 48)]
    [TestCase("00:15:00", "2024-10-26 00:00", 300)]
    [TestCase("01:00:00", "2024-03-30 00:00", 48)]
    [TestCase("00:07:00", "2024-03-30 00:00", 300)]
    public void Steps_of_an_hour_and_less_are_those_of_utc_over_every_change(string step, string start, int rows)
    {
        var apart = TimeSpan.Parse(step, CultureInfo.InvariantCulture);
        DateTime[] times = [.. Enumerable.Range(0, rows).Select(k => Time(start) + (k * apart))];
        var frame = SeriesFrame.From(TimeTables.At(times, zone: Madrid), 30);
        Assert.That(frame.Timestamps, Is.EqualTo(times));
        Assert.That((frame.Step.IsLocal, frame.Report.RegularShare, frame.Report.Duplicates), Is.EqualTo((false, 1.0, 0)));
    }

    [Test]
    public void A_forecast_over_the_spring_change_leaves_out_the_hour_that_does_not_exist_and_shows_the_offset()
    {
        SeriesStep step = TimeSpan.FromHours(1);
        step = step with { Clock = ZoneClock.Of(Madrid) };
        Assert.That(
            Enumerable.Range(0, 4).Select(k => step.Show(step.Next(Time("2024-03-30 23:00"), k))),
            Is.EqualTo(new[]
            {
                "2024-03-31T00:00:00+01:00", "2024-03-31T01:00:00+01:00", "2024-03-31T03:00:00+02:00", "2024-03-31T04:00:00+02:00",
            }));
    }

    [Test]
    public void Half_days_at_local_noon_and_midnight_are_steps_of_local_time()
    {
        var clock = ZoneClock.Of(Madrid);
        DateTime[] times = [.. Enumerable.Range(0, 800).Select(k => clock.Utc(Time("2023-06-01 00:00").AddHours(12 * k)))];
        var frame = SeriesFrame.From(TimeTables.At(times, zone: Madrid), 30);
        Assert.That(frame.Timestamps, Is.EqualTo(times));
        Assert.That((frame.Step.IsLocal, frame.Report.RegularShare, frame.Report.Snapped), Is.EqualTo((true, 1.0, 0)));
    }

    [Test]
    public void Every_other_hour_of_local_time_leaves_out_the_one_that_is_never_shown()
    {
        var clock = ZoneClock.Of(Madrid);
        DateTime[] times =
        [
            .. Enumerable.Range(0, 60).Select(k => Time("2024-03-29 00:00").AddHours(2 * k))
                .Where(t => t != Time("2024-03-31 02:00"))
                .Select(t => clock.Utc(t)),
        ];
        var frame = SeriesFrame.From(TimeTables.At(times, zone: Madrid), 30);
        Assert.That((frame.Step.IsLocal, frame.Rows), Is.EqualTo((true, 59)));
        var before = clock.Utc(Time("2024-03-31 00:00"));
        Assert.That(clock.Local(frame.Step.Next(before)), Is.EqualTo(Time("2024-03-31 04:00")));
        Assert.That(frame.Step.Next(frame.Step.Next(before), -1), Is.EqualTo(before));
        Assert.That(frame.Step.Between(times[0], times[^1]), Is.EqualTo(58));
    }

    [Test]
    public void Whatever_zone_step_and_change_of_clocks_no_row_is_lost_and_none_invented() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var clock = ZoneClock.Of(_zones[random.Next(_zones.Length)]);
            SeriesStep step = random.Next(6) switch
            {
                0 => SeriesStep.BusinessDay,
                1 => SeriesStep.OfMonths(random.Next(1, 13), random.Next(2) == 0),
                2 => TimeSpan.FromDays(random.Next(1, 10)),
                _ => TimeSpan.FromMinutes(random.Next(2) == 0 ? new[] { 5, 10, 15, 30, 60 }[random.Next(5)] : random.Next(1, 700)),
            };
            var isOfDays = step.Unit != StepUnit.Duration || step.Duration.Ticks % TimeSpan.TicksPerDay == 0;
            step = step with { Clock = clock, IsLocal = isOfDays };
            var day = new DateTime(random.Next(1990, 2040), random.Next(1, 13), 1).AddDays(random.Next(27)).AddHours(isOfDays ? 6 : 0);
            var first = clock.Utc(step.AtEnd ? new DateTime(day.Year, day.Month, DateTime.DaysInMonth(day.Year, day.Month)) : day);
            if (step.Unit == StepUnit.BusinessDay)
                first = step.Next(first);
            var rows = step.Unit == StepUnit.Duration ? 500 : 60;
            DateTime[] all = [.. Enumerable.Range(0, rows).Select(k => step.Next(first, k))];
            // Hours without one of the two that the clock shows twice are hours of local time.
            var kept = all.Where((t, k) => k < 12 || k == rows - 1 || random.Next(40) > 0 || IsTwice(clock, t)).ToArray();
            var shuffled = kept.ToArray();
            random.Shuffle(shuffled);

            var frame = SeriesFrame.From(TimeTables.At(shuffled, zone: clock.Id), 30);
            var seen = frame.Timestamps.Where((_, t) => !double.IsNaN(frame.Values[0][t]));
            return seen.SequenceEqual(kept)
                && frame.Rows == rows
                && Enumerable.Range(1, 50).All(k => frame.Step.Next(all[^51], k) == all[^(51 - k)]);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Calendar_features_are_those_of_local_time() =>
        Assert.That(
            CalendarFeatures.Value("min_of_day_cos", ZoneClock.Of(Madrid).Local(Time("2024-07-01 22:00"))),
            Is.EqualTo(1), "midnight in Madrid");

    private static bool IsTwice(ZoneClock clock, DateTime time) =>
        clock.Utc(clock.Local(time)) != clock.Utc(clock.Local(time), second: true);

    private static DateTime Time(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture);
}
