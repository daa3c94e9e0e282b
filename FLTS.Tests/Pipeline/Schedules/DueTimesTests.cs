using System.Globalization;
using FLTS.Modules.Pipeline.Schedules;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline.Schedules;

[TestFixture, Parallelizable]
internal sealed class DueTimesTests
{
    [TestCase("30 2 * * *", "2026-03-28T12:00Z", "2026-03-29T03:00+02:00 2026-03-30T02:30+02:00", TestName = "Leapt over: right after")]
    [TestCase("30 2 * * *", "2026-10-24T12:00Z", "2026-10-25T02:30+02:00 2026-10-26T02:30+01:00", TestName = "Twice: the first time")]
    [TestCase(
        "30 * * * *",
        "2026-10-24T23:45Z",
        "2026-10-25T02:30+02:00 2026-10-25T02:30+01:00 2026-10-25T03:30+01:00",
        TestName = "Every hour: through both")]
    public void A_change_of_the_clock_loses_no_due_time_and_doubles_none(string cron, string after, string expected)
    {
        var due = DueTimes.Of(ScheduleRig.Schedule(cron, "Europe/Madrid"))
            .After(DateTimeOffset.Parse(after, CultureInfo.InvariantCulture))
            .Take(expected.Split(' ').Length);

        Assert.That(
            due.Select(t => t.ToString("yyyy-MM-dd'T'HH:mmzzz", CultureInfo.InvariantCulture)), Is.EqualTo(expected.Split(' ')));
    }

    [Test]
    public void Jitter_puts_off_every_due_time_within_it_and_always_by_as_much()
    {
        var from = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
        var times = DueTimes.Of(ScheduleRig.Schedule("0 * * * *", jitter: 600));
        var other = DueTimes.Of(ScheduleRig.Schedule("0 * * * *", jitter: 600, name: "other"));
        var due = times.After(from).Take(500).ToList();

        var put = due.ConvertAll(t => (times.FireAt(t) - t).TotalSeconds);

        Assert.That(put, Is.All.InRange(0, 600));
        Assert.That(put.Average(), Is.EqualTo(300).Within(30), "spread over all of it");
        Assert.That(put, Is.EqualTo(due.Select(t => (times.FireAt(t.ToUniversalTime()) - t).TotalSeconds)));
        Assert.That(put, Is.Not.EqualTo(due.Select(t => (other.FireAt(t) - t).TotalSeconds)), "schedules are spread apart");
    }
}
