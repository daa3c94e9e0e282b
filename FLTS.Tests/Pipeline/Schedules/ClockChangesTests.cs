using FLTS.Modules.Registry.Schema;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline.Schedules;

/// <summary>
/// A schedule in Europe/Madrid, over both changes of its clock, over a time in which nothing runs, with two processes that look at the
/// same time.
/// </summary>
[TestFixture, Parallelizable]
internal sealed class ClockChangesTests
{
    /// <summary>A Sunday, as the days are on which the clock changes.</summary>
    private static readonly DateTime _first = new(2026, 3, 1);

    /// <summary>The first due time at which nothing looks.</summary>
    private const int Down = 406;

    [Category(TestCategories.Soak)]
    [TestCase(Database.Sqlite)]
    [TestCase(Database.Postgres)]
    public async Task A_thousand_due_times_are_a_thousand_fires_over_a_day_of_downtime(Database database)
    {
        var due = Enumerable.Range(0, 250).SelectMany(d => DueOn(_first.AddDays(d))).ToList();
        Assert.That(due, Has.Count.EqualTo(1000));
        await CheckAsync(database, "30 2,8,14,20 * * *", due, (due[Down], due[Down + 4]));
    }

    [TestCase(Database.Sqlite)]
    [TestCase(Database.Postgres)]
    public async Task Every_due_time_of_the_Sundays_is_a_fire(Database database)
    {
        var due = Enumerable.Range(0, 36).Select(week => DueOn(_first.AddDays(7 * week))[0]).ToList();
        await CheckAsync(database, "30 2 * * SUN", due, (due[10], due[13]));
    }

    private static async Task CheckAsync(
        Database database, string cron, List<DateTimeOffset> due, (DateTimeOffset From, DateTimeOffset To) down)
    {
        await using var rig = await ScheduleRig.StartAsync(database, due[0].AddMinutes(-10));
        rig.Another();
        await rig.PutAsync(ScheduleRig.Schedule(cron, "Europe/Madrid"));

        foreach (var at in due.Where(t => t < down.From || t >= down.To))
        {
            await rig.LookAtAsync(at.AddSeconds(2));
            await rig.EndPipelinesAsync();
        }

        await rig.LookAsync();

        var (fires, pipelines) = (await rig.FiresAsync(), await rig.PipelinesAsync());
        var missed = due.Where(t => t >= down.From && t < down.To).ToList();
        Assert.That(fires.Select(f => f.DueAt), Is.EqualTo(due));
        Assert.That(fires.Where(f => f.Outcome == FireOutcome.Missed).Select(f => f.DueAt), Is.EqualTo(missed));
        Assert.That(fires.Where(f => f.Outcome != FireOutcome.Missed).Select(f => f.Outcome), Is.All.EqualTo(FireOutcome.Finished));
        Assert.That(pipelines, Has.Count.EqualTo(due.Count - missed.Count), "one for every due time that was not missed");
        Assert.That(fires.Select(f => f.PipelineId).OfType<PipelineId>(), Is.EquivalentTo(pipelines.Select(p => p.PipelineId)));
        Assert.That(rig.Logged("schedule_fired"), Is.EqualTo(pipelines.Count));
        Assert.That(rig.Logged("schedule_missed"), Is.EqualTo(1));
    }

    /// <summary>
    /// 2:30, 8:30, 14:30 and 20:30 on Madrid's clock, which is an hour before UTC in winter and two in summer, written without asking
    /// whom the product asks.
    /// </summary>
    private static List<DateTimeOffset> DueOn(DateTime day)
    {
        DateTime spring = new(2026, 3, 29), autumn = new(2026, 10, 25);
        var hours = day > spring && day <= autumn ? 2 : 1;
        return
        [
            .. Enumerable.Range(0, 4).Select(i => day.AddHours(2 + (6 * i)).AddMinutes(30)).Select((local, i) =>
                day == spring ? new DateTimeOffset(i == 0 ? day.AddHours(1) : local.AddHours(-2), TimeSpan.Zero)
                : day == autumn ? new DateTimeOffset(local.AddHours(i == 0 ? -2 : -1), TimeSpan.Zero)
                : new DateTimeOffset(local.AddHours(-hours), TimeSpan.Zero)),
        ];
    }
}
