using FLTS.Modules.Monitoring.Decisions;
using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;
using FLTS.Tests.Pipeline;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring.Decisions;

/// <summary>Rows in, decisions out, once: by the real modules of all steps.</summary>
[TestFixture, Parallelizable]
internal sealed class LiveDecisionsTests
{
    [TestCase(Stack.Embedded)]
    [TestCase(Stack.Full, Category = TestCategories.Soak)]
    public async Task Drift_is_written_once_however_often_one_looks_and_by_default_it_is_only_said(Stack stack)
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(stack, "alarm", "alarm");
        await using var _ = registry;
        await registry.UsualAsync(champion, before);
        await registry.ScoredAsync(champion, before, 30, h => (h < 10 ? 0.05 : 0.1, 0.11, 0.05));

        await RegistryUnderTest.TogetherAsync(4, async i =>
        {
            await registry.LookAsync();
            return i;
        });
        await registry.LookAsync();

        var told = (await registry.EventsAsync()).Single();
        Assert.That(
            (told.Kind, told.Action, told.Ts, told.RunId, told.ActedAt),
            Is.EqualTo((DriftKind.Drift, DriftAction.Alarm, DecisionsRig.Begin.AddHours(14), champion, (DateTimeOffset?)null)));
        Assert.That(await PipelinesAsync(registry), Is.EqualTo(1));
    }

    [Test]
    public async Task An_hour_that_is_not_over_is_not_judged()
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(Stack.Embedded, "alarm", "alarm");
        await using var _ = registry;
        await registry.UsualAsync(champion, before);
        await registry.ScoredAsync(champion, before, 15, h => (h < 10 ? 0.05 : 0.1, 0.11, 0.05));
        await registry.UseAsync(db => db.LiveStations.ExecuteUpdateAsync(
            set => set.SetProperty(s => s.ScoredTo, s => DecisionsRig.Begin.AddHours(14).AddMinutes(56))));

        await registry.LookAsync();

        Assert.That(await registry.EventsAsync(), Is.Empty);
    }

    [Test]
    public async Task Hours_are_looked_at_once_when_they_are_over_and_not_with_every_row()
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(Stack.Embedded, "alarm", "alarm");
        await using var _ = registry;
        await registry.UsualAsync(champion, before);
        await registry.ScoredAsync(champion, before, 15, _ => (0.1, 0.1, 0.1));
        await registry.LookAsync();

        // What would be drift, if anybody looked.
        await registry.UseAsync(db => db.LiveErrors.Where(e => e.Model == champion.Value)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.Absolutes, e => 3 * e.Absolutes)));
        foreach (var (minutes, noticed) in new[] { (0, 0), (28, 0), (56, 0), (58, 1) }) // A row is two minutes long: then it is over.
        {
            var to = MeasurementLog.Instant(DecisionsRig.Begin.AddHours(15).AddMinutes(minutes));
            await registry.UseAsync(db => db.LiveStations.ExecuteUpdateAsync(set => set.SetProperty(s => s.ScoredTo, to)));
            await registry.LookAsync();
            Assert.That((await registry.EventsAsync()).Count(e => e.Kind == DriftKind.Drift), Is.EqualTo(noticed), $"{minutes}");
        }
    }

    [Test]
    public async Task Where_the_settings_say_act_drift_starts_one_pipeline_on_the_rows_of_now([Values] Stack stack)
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(stack, "act", "off");
        await using var _ = registry;
        await registry.UsualAsync(champion, before);
        await registry.MeasuredAsync(900, i => 0);
        await AppendAsync(registry);
        await registry.ScoredAsync(champion, before, 30, h => (h < 10 ? 0.05 : 0.1, 0.01, 0.05));

        await RegistryUnderTest.TogetherAsync(4, async i =>
        {
            await registry.LookAsync();
            return i;
        });

        var told = (await registry.EventsAsync()).Single();
        Assert.That((told.Kind, told.Action, told.Error), Is.EqualTo((DriftKind.Drift, DriftAction.Retrain, (string?)null)));
        var started = await registry.PipelineAsync(told.PipelineId!.Value);
        Assert.That((started.Sequence, started.Runs.Count), Is.EqualTo((2L, 2)));
        Assert.That(await PipelinesAsync(registry), Is.EqualTo(2));
        Assert.That(await registry.LedgerAsync(), Has.Count.EqualTo(2), "rollback is off, however much better the version before is");
    }

    [Test]
    public async Task A_station_with_too_few_new_rows_is_not_trained_again_and_the_event_says_why()
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(Stack.Embedded, "act", "off");
        await using var _ = registry;
        await registry.UsualAsync(champion, before);
        await registry.MeasuredAsync(100, i => 0);
        await registry.ScoredAsync(champion, before, 30, h => (h < 10 ? 0.05 : 0.1, 0.01, 0.05));

        await registry.LookAsync();

        var told = (await registry.EventsAsync()).Single();
        Assert.That(told.Action, Is.EqualTo(DriftAction.Alarm));
        Assert.That(told.Reason, Does.EndWith("Nothing is done: 100 rows are new, and a training needs 720."));
    }

    [Test]
    public async Task A_champion_that_is_worse_by_evidence_is_rolled_back_once_and_the_ledger_says_that_live_errors_did_it(
        [Values] Stack stack)
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(stack, "off", "act");
        await using var _ = registry;
        await registry.UsualAsync(champion, before);
        await registry.ScoredAsync(champion, before, 50, _ => (0.06, 0.04, 0.06));

        await RegistryUnderTest.TogetherAsync(4, async i =>
        {
            await registry.LookAsync();
            return i;
        });
        await registry.LookAsync();

        var ledger = await registry.LedgerAsync();
        Assert.That(ledger.Select(c => c.RunId), Is.EqualTo([before, champion, before]));
        var attempt = await registry.UseAsync(db => db.PromotionAttempts.SingleAsync(a => a.AttemptId == ledger[2].AttemptId));
        Assert.That(attempt.Trigger, Is.EqualTo(AttemptTrigger.Live));
        Assert.That(attempt.Reason, Does.Contain("1.50 times those of the version before"));
        var told = (await registry.EventsAsync()).Single();
        Assert.That(
            (told.Kind, told.Action, told.AttemptId, told.Error),
            Is.EqualTo((DriftKind.Worse, DriftAction.Rollback, (AttemptId?)attempt.AttemptId, (string?)null)));
        Assert.That(told.Value, Is.GreaterThan(200));
    }

    [Test]
    public async Task A_gross_fault_is_rolled_back_from_in_its_hour_and_a_second_one_within_a_day_is_only_said()
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(Stack.Embedded, "off", "act");
        await using var _ = registry;
        await registry.UsualAsync(champion, before);
        await registry.ScoredAsync(champion, before, 2, h => (h == 1 ? 0.3 : 0.05, 0.05, 0.05));

        await registry.LookAsync();

        Assert.That((await registry.LedgerAsync()).Select(c => c.RunId), Is.EqualTo([before, champion, before]));
        var station = (await registry.Get<WatchedStations>().FindAsync(DecisionsRig.Station, default))!;
        Assert.That(
            await registry.Get<DriftReactions>().OfAsync(station, TimeSpan.FromMinutes(2), DriftKind.Gross, default),
            Is.EqualTo((DriftAction.Alarm, "the station was rolled back by live errors within the last 24 hours")));
    }

    [Test]
    public async Task Who_was_killed_behind_the_promotion_has_left_an_event_that_the_next_look_ends_without_a_second_one()
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(Stack.Embedded, "off", "act");
        await using var _ = registry;
        await registry.UsualAsync(champion, before);
        await registry.ScoredAsync(champion, before, 50, _ => (0.06, 0.04, 0.06));
        await registry.LookAsync();
        await registry.UseAsync(db => db.DriftEvents.ExecuteUpdateAsync(
            set => set.SetProperty(e => e.ActedAt, (DateTimeOffset?)null).SetProperty(e => e.AttemptId, (AttemptId?)null)));

        await registry.LookAsync();

        var told = (await registry.EventsAsync()).Single();
        Assert.That((told.AttemptId, told.ActedAt), Is.Not.EqualTo(((AttemptId?)null, (DateTimeOffset?)null)));
        Assert.That(await registry.LedgerAsync(), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task An_equal_version_before_is_not_gone_back_to()
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(Stack.Embedded, "off", "act");
        await using var _ = registry;
        await registry.UsualAsync(champion, before);
        await registry.ScoredAsync(champion, before, 100, h => (0.05 + (0.01 * (h % 3)), 0.05 + (0.01 * ((h + 1) % 3)), 0.05));

        await registry.LookAsync();

        Assert.That(await registry.LedgerAsync(), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_feed_that_comes_three_steps_later_than_usual_is_told_as_stale_once()
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(Stack.Embedded, "act", "act");
        await using var _ = registry;
        await registry.UsualAsync(champion, before);
        await registry.MeasuredAsync(60, i => i < 57 ? 0 : i - 56);
        await registry.ScoredAsync(champion, before, 2, _ => (0.05, 0.05, 0.05));

        await registry.LookAsync();
        await registry.LookAsync();

        var told = (await registry.EventsAsync()).Single();
        Assert.That((told.Kind, told.Action, told.Value), Is.EqualTo((DriftKind.Stale, DriftAction.Alarm, 3.0)));
    }

    [Test]
    public async Task A_feed_that_brings_nothing_any_more_is_told_as_stale_once_its_next_row_is_three_steps_overdue()
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(Stack.Embedded, "act", "act");
        await using var _ = registry;
        await registry.UsualAsync(champion, before);
        await registry.MeasuredAsync(60, i => 0);
        await registry.ScoredAsync(champion, before, 2, _ => (0.05, 0.05, 0.05));
        var looks = registry.Get<LiveDecisions>();
        var last = MeasurementLog.Instant(DecisionsRig.Begin.AddMinutes(118));

        Assert.That(await looks.LookForSilenceAsync(DecisionsRig.Station, last.AddMinutes(6), default), Is.EqualTo(last.AddMinutes(6)));
        Assert.That(await registry.EventsAsync(), Is.Empty);
        for (var minutes = 7; minutes < 10; minutes++)
            Assert.That(await looks.LookForSilenceAsync(DecisionsRig.Station, last.AddMinutes(minutes), default), Is.Null);

        var told = (await registry.EventsAsync()).Single();
        Assert.That((told.Kind, told.Action, told.Value), Is.EqualTo((DriftKind.Stale, DriftAction.Alarm, 0.5)));
        Assert.That(told.Reason, Does.StartWith("Nothing has come to 'station' since the row of 2026-04-01T01:58:00"));
        Assert.That(told.Reason, Does.EndWith("the next was to be there by 2026-04-01 02:04:00Z."));
    }

    [Test]
    public async Task Who_watches_for_silence_finds_the_station_whose_rows_have_stopped_and_looks_no_more_once_it_is_told()
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(Stack.Embedded, "act", "act");
        await using var _ = registry;
        await registry.UsualAsync(champion, before);
        await registry.MeasuredAsync(60, i => 0);
        await registry.ScoredAsync(champion, before, 2, _ => (0.05, 0.05, 0.05));
        var last = MeasurementLog.Instant(DecisionsRig.Begin.AddMinutes(118));
        await registry.UseAsync(db => db.LiveStations.ExecuteUpdateAsync(
            set => set.SetProperty(s => s.KnownAt, last).SetProperty(s => s.Step, "{\"seconds\": 120}")));
        var time = new FakeTimeProvider(last.AddMinutes(3));
        using var watch = new SilentFeeds(
            registry.Get<LiveReader>(), registry.Get<LiveDecisions>(), new(), time, new OpenGate(), NullLogger<SilentFeeds>.Instance);

        await watch.LookAsync(default);
        time.Advance(TimeSpan.FromMinutes(2)); // Seen, and not overdue yet.
        await watch.LookAsync(default);
        Assert.That(await registry.EventsAsync(), Is.Empty);
        time.Advance(TimeSpan.FromMinutes(2));
        await watch.LookAsync(default);

        Assert.That((await registry.EventsAsync()).Single().Kind, Is.EqualTo(DriftKind.Stale));
    }

    [Test]
    public async Task What_is_usual_for_a_champion_is_asked_for_once_and_found_by_its_step()
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(Stack.Embedded, "alarm", "alarm");
        await using var _ = registry;
        await registry.ScoredAsync(champion, before, 3, _ => (0.05, 0.05, 0.05));

        await registry.LookAsync();
        await registry.LookAsync();
        await registry.RunStepAsync("baseline", $"{champion}.{before}");

        Assert.That(registry.Get<RecordingJobs>().All.Count(j => j == $"baseline {champion}.{before}"), Is.EqualTo(1));
        var row = await registry.UseAsync(db => db.LiveBaselines.AsNoTracking().SingleAsync());
        Assert.That((row.Status, row.Error), Is.EqualTo((BaselineStatus.Succeeded, (string?)null)));
        var usual = BaselineStep.ResultOf(row)!;
        Assert.That(usual.Step.Duration, Is.EqualTo(TimeSpan.FromMinutes(2)));
        Assert.That(usual.Spread, Is.GreaterThan(0));
        Assert.That(usual.Drift, Is.Null, "two hours of validation say nothing of what is usual");
    }

    [TestCase(23, BaselineStatus.Failed)]
    [TestCase(25, BaselineStatus.Queued)]
    public async Task What_could_not_be_found_is_tried_again_a_day_later(int hoursAgo, BaselineStatus expected)
    {
        var (registry, champion, before) = await DecisionsRig.StartAsync(Stack.Embedded, "alarm", "alarm");
        await using var _ = registry;
        await registry.ScoredAsync(champion, before, 3, _ => (0.05, 0.05, 0.05));
        await registry.Get<BaselineStep>().EnsureAsync(DecisionsRig.Station, champion, before, default);
        var at = DateTimeOffset.UtcNow.AddHours(-hoursAgo);
        await registry.UseAsync(db => db.LiveBaselines.ExecuteUpdateAsync(
            set => set.SetProperty(b => b.Status, BaselineStatus.Failed).SetProperty(b => b.EndedAt, at)));

        await registry.LookAsync();

        Assert.That((await registry.UseAsync(db => db.LiveBaselines.AsNoTracking().SingleAsync())).Status, Is.EqualTo(expected));
    }

    private static Task<int> PipelinesAsync(RegistryUnderTest registry) => registry.UseAsync(db => db.Pipelines.CountAsync());

    /// <summary>The file has grown: the same request is another pipeline.</summary>
    private static Task AppendAsync(RegistryUnderTest registry) =>
        File.WriteAllTextAsync(Path.Combine(registry.DatasetsFolder, "station.csv"), Steps.DemoCsv(400));
}
