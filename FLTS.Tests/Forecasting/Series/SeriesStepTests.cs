using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Grid;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Series;

[Parallelizable]
public class SeriesStepTests
{
    private static readonly string _golden = Path.Combine(AppContext.BaseDirectory, "Golden", "steps", "next-times.json");

    [Test]
    public void Steps_are_found_and_next_times_are_those_of_pandas_date_range()
    {
        foreach (var entry in JsonNode.Parse(File.ReadAllText(_golden))!.AsArray())
        {
            var times = entry!["times"]!.AsArray()
                .Select(t => DateTime.Parse(t!.GetValue<string>(), CultureInfo.InvariantCulture))
                .ToArray();
            var half = times.Length / 2;
            var frame = SeriesFrame.From(TimeTables.At(times[..half]), 30);
            var step = frame.Step;
            var name = $"{entry["freq"]} from {times[0]:s}";
            Assert.That(step.Calendar ?? Fixed(step), Is.EqualTo(entry["step"]!.GetValue<string>()), name);
            Assert.That(frame.Timestamps, Is.EqualTo(times[..half]), name);
            Assert.That(frame.Report.RegularShare, Is.EqualTo(1), name);
            Assert.That(Enumerable.Range(1, half).Select(k => step.Next(times[half - 1], k)), Is.EqualTo(times[half..]), name);
            Assert.That(Enumerable.Range(0, half).Select(k => step.Next(times[half - 1], -k)), Is.EqualTo(times[..half].Reverse()), name);
            Assert.That(step.Between(times[0], times[^1]), Is.EqualTo(times.Length - 1), name);
        }
    }

    [TestCase("business_day", 5)]
    [TestCase("month", 12)]
    [TestCase("quarter_end", 4)]
    [TestCase("6_months", 2)]
    [TestCase("year", 1)]
    [TestCase("5_months", 1)]
    public void The_season_of_a_calendar_step_is_the_steps_of_a_week_or_year(string name, int season) =>
        Assert.That(Season.Steps(SeriesStep.OfCalendar(name)!), Is.EqualTo(season));

    [TestCase("business_day")]
    [TestCase("month")]
    [TestCase("quarter_end")]
    [TestCase("6_months_end")]
    public void A_calendar_step_reads_back_from_its_document(string name)
    {
        var step = SeriesStep.OfCalendar(name)!;
        Assert.That(SeriesStep.FromJson(step.Duration.TotalSeconds, step.ToJson()), Is.EqualTo(step));
        Assert.That(step.ToJson()!.ToJsonString(), Is.EqualTo($$"""{"calendar":"{{name}}"}"""));
    }

    [Test]
    public void A_fixed_step_without_a_zone_has_no_more_in_its_document_than_its_seconds()
    {
        SeriesStep step = TimeSpan.FromMinutes(2);
        Assert.That(step.ToJson(), Is.Null);
        Assert.That(SeriesStep.FromJson(120, null), Is.EqualTo(step));
    }

    [Test]
    public void A_few_days_within_a_week_are_days() =>
        Assert.That(
            SeriesFrame.From(TimeTables.At([.. Enumerable.Range(1, 5).Select(d => new DateTime(2024, 1, d))]), 30).Step.Calendar,
            Is.Null);

    [Test]
    public void Rows_at_any_time_of_their_day_snap_to_it_and_to_no_other()
    {
        DateTime[] times = [.. Enumerable.Range(0, 24).Select(m => new DateTime(2020, 1, 1).AddMonths(m).AddHours(m % 7 == 3 ? 23 : 0))];
        var frame = SeriesFrame.From(TimeTables.At(times), 30);
        Assert.That(frame.Timestamps, Is.EqualTo(times.Select(t => t.Date)));
        Assert.That(frame.Report.Snapped, Is.EqualTo(3));
        times[5] = new DateTime(2020, 6, 2);
        Assert.That(
            () => SeriesFrame.From(TimeTables.At(times, "month"), 30),
            Throws.TypeOf<InvalidInputException>().With.Message.StartsWith(
                "x.csv: the step is a month, but 2020-06-02 00:00 is not on the day of 2020-01-01, whole steps later"));
    }

    [Test]
    public void A_weekend_row_under_stated_business_days_is_refused_with_its_day()
    {
        DateTime[] times = [.. Enumerable.Range(0, 20).Select(d => new DateTime(2024, 1, 1).AddDays(d))];
        Assert.That(
            () => SeriesFrame.From(TimeTables.At(times, "business_day"), 30),
            Throws.TypeOf<InvalidInputException>()
                .With.Message.Contains("the step is a business day, but 2024-01-06 00:00 is on a weekend"));
    }

    [Test]
    public void Whatever_calendar_step_and_gaps_no_row_is_lost_and_none_invented() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var atEnd = random.Next(2) == 0;
            var step = random.Next(4) == 0 ? SeriesStep.BusinessDay : SeriesStep.OfMonths(random.Next(1, 15), atEnd);
            var first = new DateTime(random.Next(1950, 2050), random.Next(1, 13), 1)
                .AddDays(random.Next(28)).AddMinutes(random.Next(1440));
            first = step.Unit == StepUnit.BusinessDay ? step.Next(first)
                : atEnd ? first.AddDays(DateTime.DaysInMonth(first.Year, first.Month) - first.Day)
                : first.Day == DateTime.DaysInMonth(first.Year, first.Month) ? first.AddDays(-1)
                : first;
            DateTime[] all = [.. Enumerable.Range(0, 80).Select(k => step.Next(first, k))];
            var kept = all.Where((_, k) => k < 10 || random.Next(30) > 0).ToArray();
            var shuffled = kept.ToArray();
            random.Shuffle(shuffled);

            var frame = SeriesFrame.From(TimeTables.At(shuffled), 30);
            var seen = frame.Timestamps.Where((_, t) => !double.IsNaN(frame.Values[0][t]));
            return frame.Step == step
                && seen.SequenceEqual(kept)
                && frame.Timestamps.AsSpan().SequenceEqual(all.AsSpan(0, Array.IndexOf(all, kept[^1]) + 1))
                && frame.Report.Segments == 1;
        }).QuickCheckThrowOnFailure();

    private static string Fixed(SeriesStep step) => step.Duration.TotalDays >= 1
        ? $"{step.Duration.Days} day{(step.Duration.Days > 1 ? "s" : "")}, 0:00:00"
        : $"{step.Duration.Hours}:{step.Duration.Minutes:00}:00";
}
