using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Monitoring.Backtests;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Backtests;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring;

/// <summary>What comes is scored once, as a backtest would score it, whoever is killed and however many look.</summary>
[TestFixture, Parallelizable]
internal sealed class LiveWorkTests
{
    private static readonly Identifier _station = new("live");

    [TestCase(Stack.Embedded)]
    [TestCase(Stack.Full, Category = TestCategories.Soak)]
    public async Task Live_hours_of_every_lead_are_those_of_a_rolling_backtest_from_the_same_origins(Stack stack)
    {
        var (registry, run) = await LiveRig.StartAsync(stack);
        await using var _ = registry;
        await registry.StationAsync("live", run);
        for (var row = 0; row < 300; row += 50)
        {
            await registry.SendAsync(_station, LiveRig.FileRows + row, 50);
            await registry.ScoreAsync(_station);
        }

        var scores = await BacktestAsync(registry, run, LiveRig.Time(LiveRig.FileRows));
        var live = await registry.UseAsync(db => db.LiveErrors.Where(e => e.Model == run.RunId.Value).ToListAsync());
        Assert.That(live.Select(e => e.Lead).Distinct().Order(), Is.EqualTo(new[] { 1, 2, 5, 10, 15, 30, 60, 90 }));
        var compared = 0;
        foreach (var (lead, bucket, score) in scores.Where(s => s.Bucket >= LiveRig.Time(LiveRig.FileRows + s.Lead + 6)))
        {
            var row = live.Single(e => e.Lead == lead && e.Start == MeasurementLog.Instant(bucket));
            Assert.That((row.Cells, row.Matched), Is.EqualTo((score.Cells, score.Matched)), $"{lead} {bucket}");
            Assert.That(row.Absolutes / row.Matched, Is.EqualTo(score.Mae!.Value).Within(1e-9));
            Assert.That(row.Squares / row.Matched, Is.EqualTo(score.Mse!.Value).Within(1e-9));
            Assert.That(row.Errors / row.Matched, Is.EqualTo(score.Bias!.Value).Within(1e-9));
            compared++;
        }

        Assert.That(compared, Is.GreaterThan(200));
        var blocks = await registry.UseAsync(db => db.LiveBlocks.Where(b => b.Model == run.RunId.Value).ToListAsync());
        Assert.That(blocks.Sum(b => b.Cells), Is.EqualTo(600));
        Assert.That(
            blocks.Sum(b => b.Cells * b.Loss),
            Is.EqualTo(live.Where(e => e.Lead == 1).Sum(e => e.Absolutes)).Within(1e-9),
            "blocks hold what the hours of lead 1 hold");
    }

    [TestCase(Stack.Embedded, Category = TestCategories.Soak)]
    [TestCase(Stack.Full)]
    public async Task Two_processes_that_score_the_same_rows_at_once_write_each_hour_once(Stack stack)
    {
        var (registry, run) = await LiveRig.StartAsync(stack);
        await using var _ = registry;
        await using var other = LiveRig.Beside(registry);
        await registry.StationAsync("live", run);
        var twin = await registry.StationAsync("twin", run);
        for (var row = 0; row < 60; row += 20)
        {
            await registry.SendAsync(_station, LiveRig.FileRows + row, 20);
            await registry.SendAsync(twin, LiveRig.FileRows + row, 20);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => (i % 2 == 0 ? registry : other).TurnAsync(_station)));
        }

        await registry.ScoreAsync(_station);
        await registry.ScoreAsync(twin);
        Assert.That(await registry.FoundAsync(_station), Is.EqualTo(await registry.FoundAsync(twin)).AsCollection.Within(1e-9));
        Assert.That((await registry.LiveAsync(_station)).Deaths, Is.Zero);
    }

    [Test]
    public async Task A_worker_that_died_in_a_backlog_is_due_by_the_rows_and_the_next_goes_on_where_it_was()
    {
        var (registry, run) = await LiveRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        await registry.StationAsync("live", run);
        await registry.SendAsync(_station, LiveRig.FileRows, 2500);
        await registry.TurnAsync(_station);
        var half = await registry.LiveAsync(_station);
        await registry.ExecuteAsync("UPDATE live_stations SET lease_owner = 'dead', lease_heartbeat = 0");

        var work = await registry.Get<UnfinishedWorkReader>().ReadAsync(default);
        var due = registry.Get<LiveStep>().DueSteps(work).Single();
        await using (var next = LiveRig.Beside(registry))
            Assert.That(await next.ScoreAsync(_station), Is.EqualTo(1));

        Assert.That(due.Task, Is.EqualTo(new StepTask("live_stations", "live", "monitoring", "Score live live")));
        Assert.That((half.ScoredTo, half.Target), Is.EqualTo(
            (MeasurementLog.Instant(LiveRig.Time(LiveRig.FileRows + 1999)), (long?)1)));
        var station = await registry.LiveAsync(_station);
        Assert.That((station.Changes, station.Target, station.Deaths), Is.EqualTo((1L, (long?)null, 0)));
        Assert.That(
            await registry.UseAsync(db => db.LiveErrors.Where(e => e.Model == run.RunId.Value && e.Lead == 1).SumAsync(e => e.Matched)),
            Is.EqualTo(5000));
    }

    /// <summary>
    /// Where the step divides no day there is no season, and what is read of the log at once is less than the rows of a day: of the day
    /// before the first row that is needed there was nothing but rows that are not needed, and the new ones were done with unscored.
    /// </summary>
    [Test]
    public async Task Rows_of_a_step_that_divides_no_day_are_scored_by_a_process_that_has_read_none_before()
    {
        const int Seconds = 7;
        var (registry, run) = await LiveRig.StartAsync(Stack.Embedded, seconds: Seconds);
        await using var _ = registry;
        await registry.StationAsync("live", run, Seconds);
        await registry.SendAsync(_station, LiveRig.FileRows, 2000, Seconds);
        await registry.ScoreAsync(_station);

        await registry.SendAsync(_station, LiveRig.FileRows + 2000, 50, Seconds);
        await using (var next = LiveRig.Beside(registry, ("Monitoring:LiveRows", "100")))
            await next.ScoreAsync(_station);

        Assert.That(
            await registry.UseAsync(db => db.LiveErrors.Where(e => e.Model == run.RunId.Value && e.Lead == 1).SumAsync(e => e.Matched)),
            Is.EqualTo(2 * 2050));
    }

    [Test]
    public async Task A_process_that_let_old_rows_go_finds_what_processes_find_that_read_theirs_anew()
    {
        const int Seconds = 3600;
        var (registry, run) = await LiveRig.StartAsync(Stack.Embedded, seconds: Seconds);
        await using var _ = registry;
        await registry.StationAsync("live", run, Seconds);
        var twin = await registry.StationAsync("twin", run, Seconds);
        for (var row = LiveRig.FileRows; row < LiveRig.FileRows + 900; row += 60)
        {
            await registry.SendAsync(_station, row, 60, Seconds);
            await registry.SendAsync(twin, row, 60, Seconds);
            await registry.ScoreAsync(_station);
            await using var next = LiveRig.Beside(registry);
            await next.ScoreAsync(twin);
        }

        var (found, expected) = (await registry.FoundAsync(_station), await registry.FoundAsync(twin));
        Assert.That(found.Keys, Is.EqualTo(expected.Keys));
        foreach (var (key, numbers) in expected)
            Assert.That(found[key], Is.EqualTo(numbers), key);
    }

    [Test]
    public async Task Champion_baseline_and_nobody_else_have_roles_and_an_hour_without_half_its_truth_says_so()
    {
        var (registry, run) = await LiveRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        await registry.StationAsync("live", run);
        await registry.SendAsync(_station, [(LiveRig.FileRows, 0), (LiveRig.FileRows + 1, 0), (LiveRig.FileRows + 13, 0)]);
        await registry.ScoreAsync(_station);

        var roles = await registry.Get<LiveReader>().ModelsAsync(_station, default);
        Assert.That(
            roles.Select(r => (r.Role, r.Model, r.FromTs, r.Reason)),
            Is.EqualTo(new[]
            {
                (LiveRole.Baseline, $"{run.RunId}/EWMA", MeasurementLog.Instant(LiveRig.Time(LiveRig.FileRows - 1)), (string?)null),
                (LiveRole.Champion, run.RunId.Value, MeasurementLog.Instant(LiveRig.Time(LiveRig.FileRows - 1)), null),
            }));
        var hours = await registry.Get<LiveReader>().HoursAsync(
            _station, run.RunId.Value, 1, (DateTimeOffset.MinValue, DateTimeOffset.MaxValue), default);
        Assert.That(
            hours.Select(h => (h.Cells, h.Matched, RollingScore.StateOf(h.Cells, h.Matched))),
            Is.EqualTo(new[] { (4L, 4L, "scored"), (12L, 0L, "no_truth"), (12L, 2L, "no_truth") }));
    }

    private static async Task<IReadOnlyList<(int Lead, DateTime Bucket, RollingScore Score)>> BacktestAsync(
        RegistryUnderTest registry, RunRow run, DateTime from)
    {
        using var model = await registry.Get<ModelLoader>().LoadAsync(
            run.RunId, run.Attempt, run.ManifestSha256!, ArtifactSource.Cache, default);
        var signature = model.Forecaster.Signature;
        var files = await registry.Get<CompactedSources>().ResolveAsync(new(_station.Value), [], default);
        var grid = new CanonicalGrid(signature.Step);
        var order = new BacktestOrder(
            run.Identifier, run.RunId, null, SpanSource.Of(files), signature.Step.Show(from), null, [1], signature.InputLength, null);
        var data = await registry.Get<SpanRows>().PrepareAsync(order, model, default);
        var frame = EvaluationFrame.Of(data, signature.InputLength);
        var canonical = frame with { Origins = [.. frame.Origins.Where(o => grid.IsOrigin(frame.Series.Timestamps[o]))] };
        var each = RollingBacktest.Run(data, frame, (model.Forecaster, model.Scaler), [1], null, default);
        var longer = RollingBacktest.Run(data, canonical, (model.Forecaster, model.Scaler), grid.Leads, null, default);
        return [.. each.Buckets(), .. longer.Buckets().Where(b => b.Lead > 1)];
    }
}
