using FLTS.Modules.Pipeline.Schedules;
using FLTS.Modules.Registry.Schedules;
using FLTS.Modules.Registry.Schema;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline.Schedules;

[TestFixture, Parallelizable]
internal sealed class ScheduleLoopTests
{
    private static readonly DateTimeOffset _noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private static readonly ScheduleName _name = new("nightly");

    [Test]
    public async Task The_same_data_again_starts_nothing_and_new_data_does()
    {
        await using var rig = await HourlyAsync();
        rig.Pipelines.Data = fire => fire.DueAt.Hour < 15 ? "of the morning" : "of the afternoon";

        foreach (var hour in new[] { 1, 2, 3 })
        {
            await rig.LookAtAsync(_noon.AddHours(hour));
            await rig.EndPipelinesAsync();
        }

        await rig.LookAsync();

        var fires = await rig.FiresAsync();
        Assert.That(
            fires.Select(f => f.Outcome), Is.EqualTo(new[] { FireOutcome.Finished, FireOutcome.SkippedNoData, FireOutcome.Finished }));
        Assert.That(fires[1].PipelineId, Is.EqualTo(fires[0].PipelineId), "it says which pipeline exists already");
    }

    [Test]
    public async Task While_its_last_pipeline_is_unfinished_it_is_skipped_and_says_for_which()
    {
        await using var rig = await HourlyAsync(ScheduleOverlap.Skip);

        await rig.LookAtAsync(_noon.AddHours(1));
        await rig.LookAtAsync(_noon.AddHours(2));
        await rig.EndPipelinesAsync();
        await rig.LookAtAsync(_noon.AddHours(3));

        var fires = await rig.FiresAsync();
        Assert.That(
            fires.Select(f => f.Outcome), Is.EqualTo(new[] { FireOutcome.Finished, FireOutcome.SkippedOverlap, FireOutcome.Started }));
        Assert.That(fires[1].Reason, Does.Contain(fires[0].PipelineId!.Value.Value).And.Contain("'overlap' is 'skip'"));
    }

    [Test]
    public async Task After_downtime_the_latest_due_time_is_started_and_those_before_it_are_counted_as_missed()
    {
        await using var rig = await HourlyAsync();

        await rig.LookAtAsync(_noon.AddHours(24).AddMinutes(20));

        var fires = await rig.FiresAsync();
        Assert.That(fires.Select(f => f.DueAt), Is.EqualTo(Enumerable.Range(1, 24).Select(h => _noon.AddHours(h))));
        Assert.That(fires.Take(23).Select(f => f.Outcome), Is.All.EqualTo(FireOutcome.Missed));
        Assert.That(fires[^1].Outcome, Is.EqualTo(FireOutcome.Started));
        Assert.That(rig.Registry.Log.Warnings, Has.One.Contains("23 due times were missed"));
    }

    [Test]
    public async Task A_fire_that_a_dead_process_left_is_started_by_the_next_one()
    {
        await using var rig = await HourlyAsync();
        var schedule = await rig.Schedules.GetAsync(_name, default);
        await rig.FireRows.AddAsync(schedule, [_noon.AddHours(1)], _noon.AddHours(1), default);

        await rig.LookAtAsync(_noon.AddHours(1).AddMinutes(1));

        Assert.That((await rig.FiresAsync()).Single().Outcome, Is.EqualTo(FireOutcome.Started));
        Assert.That(await rig.PipelinesAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Jitter_puts_the_start_off_but_not_the_due_time()
    {
        await using var rig = await ScheduleRig.StartAsync(Database.Sqlite, _noon);
        await rig.PutAsync(ScheduleRig.Schedule("0 * * * *", jitter: 3000));
        var fireAt = DueTimes.Of(ScheduleRig.Schedule("0 * * * *", jitter: 3000)).FireAt(_noon.AddHours(1));

        await rig.LookAtAsync(fireAt.AddSeconds(-1));
        var before = (await rig.FiresAsync()).Single();
        await rig.LookAtAsync(fireAt.AddSeconds(1));
        var after = (await rig.FiresAsync()).Single();

        Assert.That((before.DueAt, before.Outcome), Is.EqualTo((_noon.AddHours(1), FireOutcome.Waiting)));
        Assert.That((after.DueAt, after.Outcome), Is.EqualTo((_noon.AddHours(1), FireOutcome.Started)));
    }

    [Test]
    public async Task Where_a_part_is_away_it_waits_until_that_is_back()
    {
        await using var rig = await HourlyAsync();
        rig.Pipelines.Fault = new UnavailableException("The store is away.");
        await rig.LookAtAsync(_noon.AddHours(1));
        await rig.LookAtAsync(_noon.AddHours(1).AddMinutes(10));
        var away = (await rig.FiresAsync()).Single();

        rig.Pipelines.Fault = null;
        await rig.LookAtAsync(_noon.AddHours(1).AddMinutes(20));

        Assert.That((away.Outcome, away.Tries, away.Reason), Is.EqualTo((FireOutcome.Waiting, 2, "The store is away.")));
        Assert.That((await rig.FiresAsync()).Single().Outcome, Is.EqualTo(FireOutcome.Started));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Five_failures_in_a_row_pause_it_until_it_is_resumed(bool cannotStart)
    {
        await using var rig = await HourlyAsync();
        rig.Pipelines.Fault = cannotStart ? new InvalidInputException("out of luck") : null;
        for (var hour = 1; hour <= 5; hour++)
        {
            Assert.That((await rig.Schedules.GetAsync(_name, default)).PausedAt, Is.Null, $"after {hour - 1}");
            await rig.LookAtAsync(_noon.AddHours(hour));
            await rig.EndPipelinesAsync(PipelineStatus.Failed);
            await rig.LookAsync();
        }

        var paused = await rig.Schedules.GetAsync(_name, default);
        await rig.LookAtAsync(_noon.AddHours(9));
        var whilePaused = (await rig.FiresAsync()).Count;
        rig.Pipelines.Fault = null;
        await rig.Schedules.ResumeAsync(_name, default);
        await rig.LookAsync();
        var resumed = (await rig.FiresAsync()).Count;
        await rig.LookAtAsync(_noon.AddHours(10));

        Assert.That(paused.PausedReason, Does.StartWith("5 fires in a row failed").And.Contain("out of luck"));
        Assert.That(rig.Registry.Log.Warnings, Has.One.Contains("Schedule nightly is paused").And.Contains("/schedules/nightly/resume"));
        Assert.That((whilePaused, resumed), Is.EqualTo((5, 5)), "due times of the pause are not made up for");
        Assert.That((await rig.FiresAsync())[^1].Outcome, Is.EqualTo(FireOutcome.Started));
    }

    [Test]
    public async Task A_decision_between_failures_begins_the_count_anew()
    {
        await using var rig = await HourlyAsync();
        for (var hour = 1; hour <= 9; hour++)
        {
            await rig.LookAtAsync(_noon.AddHours(hour));
            await rig.EndPipelinesAsync(hour == 5 ? PipelineStatus.BelowBaseline : PipelineStatus.Failed);
        }

        await rig.LookAsync();

        Assert.That((await rig.FiresAsync()).Count(f => f.Outcome == FireOutcome.Failed), Is.EqualTo(8));
        Assert.That((await rig.Schedules.GetAsync(_name, default)).PausedAt, Is.Null);
    }

    [Test]
    public async Task Something_unforeseen_is_tried_three_times()
    {
        await using var rig = await HourlyAsync();
        rig.Pipelines.Fault = new InvalidOperationException("a defect");
        for (var minute = 0; minute < 50; minute += 10)
            await rig.LookAtAsync(_noon.AddHours(1).AddMinutes(minute));

        var fire = (await rig.FiresAsync()).Single();
        Assert.That((fire.Outcome, fire.Tries), Is.EqualTo((FireOutcome.Failed, 2)));
        Assert.That(fire.Reason, Does.Contain("a defect"));
    }

    [Test]
    public async Task Another_cron_makes_up_for_nothing_and_the_same_one_goes_on()
    {
        await using var rig = await HourlyAsync();
        rig.Time.SetUtcNow(_noon.AddHours(2).AddMinutes(30));
        await rig.PutAsync(ScheduleRig.Schedule("0 * * * *", overlap: ScheduleOverlap.Skip));
        await rig.LookAsync();
        var same = (await rig.FiresAsync()).Count;
        rig.Time.SetUtcNow(_noon.AddHours(4).AddMinutes(30));
        await rig.PutAsync(ScheduleRig.Schedule("15 * * * *"));
        await rig.LookAsync();

        Assert.That((same, (await rig.FiresAsync()).Count), Is.EqualTo((2, 2)));
    }

    [Test]
    public async Task The_settings_are_followed_and_what_they_say_no_more_is_removed()
    {
        var (kept, gone) = (ScheduleRig.Schedule("0 * * * *", name: "kept"), ScheduleRig.Schedule("0 * * * *", name: "gone"));
        await using var rig = await ScheduleRig.StartAsync(Database.Sqlite, _noon, kept, gone);
        await rig.PutAsync(ScheduleRig.Schedule("0 * * * *", name: "of-api"));
        await rig.LookAsync();
        rig.Time.SetUtcNow(_noon.AddHours(1));
        await rig.Another(kept).Get<ScheduleLoop>().LookAsync(default);

        var all = await rig.Schedules.AllAsync(default);
        Assert.That(all.Select(s => s.Name.Value), Is.EquivalentTo(new[] { "kept", "of-api" }));
        Assert.That((await rig.FiresAsync()).Select(f => f.Schedule.Value), Is.EquivalentTo(new[] { "kept", "of-api" }), "what was due is");
        Assert.That(() => rig.Schedules.DeleteAsync(new("kept"), default), Throws.TypeOf<ConflictException>()
            .With.Message.Contains("Schedules:kept"));
    }

    [Test]
    public async Task No_more_fires_are_kept_than_ten_thousand()
    {
        await using var rig = await ScheduleRig.StartAsync(Database.Sqlite, _noon);
        await rig.PutAsync(ScheduleRig.Schedule("* * * * *"));
        await rig.LookAtAsync(_noon.AddMinutes(12_000));
        await rig.LookAtAsync(_noon.AddMinutes(12_001));

        var fires = await rig.FiresAsync();
        Assert.That(fires, Has.Count.EqualTo(ScheduleFires.MostKept));
        Assert.That(fires[^1].DueAt, Is.EqualTo(_noon.AddMinutes(12_001)));
        Assert.That(rig.Registry.Log.Warnings, Has.One.Contains("11999 due times were missed"));
    }

    private static async Task<ScheduleRig> HourlyAsync(ScheduleOverlap overlap = ScheduleOverlap.Allow)
    {
        var rig = await ScheduleRig.StartAsync(Database.Sqlite, _noon);
        await rig.PutAsync(ScheduleRig.Schedule("0 * * * *", overlap: overlap));
        return rig;
    }
}
