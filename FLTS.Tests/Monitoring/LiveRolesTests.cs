using System.Globalization;
using FLTS.Modules.Monitoring.Live;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring;

/// <summary>Who is scored follows ledger and shadows, from the newest scored row on; and what is long ago is kept by day.</summary>
[TestFixture, Parallelizable]
internal sealed class LiveRolesTests
{
    private static readonly Identifier _station = new("live");

    [Test]
    public async Task A_champion_that_is_replaced_goes_on_as_the_version_before_and_a_shadow_is_scored_while_it_stands_there()
    {
        var (registry, first, second) = await PromotedAsync();
        await using var _ = registry;
        var (begin, put, promoted) = (At(-1), At(11), At(23));
        var roles = await registry.Get<LiveReader>().ModelsAsync(_station, default);
        Assert.That(
            roles.Where(r => r.Role != LiveRole.Baseline).Select(r => (r.Role, r.RunId, r.FromTs, r.UntilTs)),
            Is.EqualTo(new[]
            {
                (LiveRole.Champion, first.RunId, begin, (DateTimeOffset?)promoted),
                (LiveRole.Shadow, second.RunId, put, promoted),
                (LiveRole.Champion, second.RunId, promoted, null),
                (LiveRole.Previous, first.RunId, promoted, null),
            }));
        Assert.That(await MatchedAsync(first.RunId), Is.EqualTo(2 * 36), "as the one, then as the other");
        Assert.That(await MatchedAsync(second.RunId), Is.EqualTo(2 * 24));
        var kept = (await registry.Get<RetentionReader>().ReadAsync(default)).WorkedOn;
        Assert.That(kept, Is.SupersetOf(new[] { first.RunId, second.RunId }), "retention leaves them alone");

        Task<long> MatchedAsync(RunId run) => registry.UseAsync(
            db => db.LiveErrors.Where(e => e.Model == run.Value && e.Lead == 1).SumAsync(e => e.Matched));
    }

    [Test]
    public async Task A_row_that_is_corrected_leaves_the_forecasts_of_who_was_the_champion_then()
    {
        var (registry, first, second) = await PromotedAsync();
        await using var _ = registry;
        var before = await ForecastsAsync();

        await registry.SendAsync(_station, [(LiveRig.FileRows + 15, 1)]);
        await registry.ScoreAsync(_station);

        Assert.That(before.Select(f => f.Model).Distinct(), Is.EqualTo(new[] { first.RunId.Value, second.RunId.Value }));
        Assert.That(await ForecastsAsync(), Is.EqualTo(before));

        Task<List<(DateTimeOffset Origin, string Model)>> ForecastsAsync() => registry.UseAsync(async db =>
            (await db.LiveForecasts.AsNoTracking().OrderBy(f => f.Origin).ToListAsync()).ConvertAll(f => (f.Origin, f.Model)));
    }

    [Test]
    public async Task A_truth_whose_time_is_not_quite_on_the_grid_is_shown_beside_the_forecast_that_it_is_scored_with()
    {
        var (registry, first) = await LiveRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        await registry.StationAsync("live", first);
        await registry.SendAsync(_station, Enumerable.Range(LiveRig.FileRows, 12).Select(row => (row, 0)), behind: TimeSpan.FromSeconds(3));
        await registry.ScoreAsync(_station);

        var origin = LiveRig.FileRows + 2;
        var shown = await registry.Get<LiveService>().ForecastAsync(
            _station, LiveRig.Time(origin).ToString("s", CultureInfo.InvariantCulture), "flow", null, default);

        Assert.That(shown.Points[0].Truth, Is.EqualTo(LiveRig.At((int)((DateTime.Parse(shown.Origin, CultureInfo.InvariantCulture)
            - LiveRig.Start) / TimeSpan.FromMinutes(10)) + 1).Flow));
        Assert.That(shown.Points[^1].Truth, Is.Null, "it has not come");
    }

    [Test]
    public async Task A_rollback_that_live_errors_decided_counts_as_one_where_it_is_decided_what_is_kept()
    {
        var (registry, first, _) = await PromotedAsync();
        await using var __ = registry;
        var attempt = Rows.Attempt("back");
        attempt.Trigger = AttemptTrigger.Live;
        await registry.AddRowsAsync(attempt);
        var back = Rows.Champion(3, "back", first.RunId.Value);
        (back.Identifier, back.ConfigHash, back.ModelType) = (_station, new("hash-live"), "AR");
        await registry.AddRowsAsync(back);

        var ledger = (await registry.Get<RetentionReader>().ReadAsync(default)).Ledger.OrderBy(l => l.Version);

        Assert.That(ledger.Select(l => l.IsRollback), Is.EqualTo(new[] { false, false, true }));
    }

    [Test]
    public async Task A_version_before_that_cannot_be_loaded_any_more_is_left_out_with_the_reason_and_the_champion_is_scored()
    {
        var (registry, first) = await LiveRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        await registry.StationAsync("live", first);
        var second = await registry.QueueRunAsync(await registry.DatasetAsync(first.ConfigHash), "NAIVE");
        await registry.RunStepAsync(StepNames.Train, second.RunId.Value);
        await registry.AddRowsAsync(Rows.Attempt("second"));
        var champion = Rows.Champion(2, "second", second.RunId.Value);
        (champion.Identifier, champion.ConfigHash, champion.ModelType) = (_station, new("hash-live"), "NAIVE");
        await registry.AddRowsAsync(champion);
        await registry.SendAsync(_station, LiveRig.FileRows, 12);
        await registry.ScoreAsync(_station);
        await registry.ForceAsync($"UPDATE runs SET manifest_sha256 = '{new string('f', 64)}' WHERE run_id = '{first.RunId}'");

        await using var next = LiveRig.Beside(registry);
        foreach (var row in new[] { 12, 24 })
        {
            await registry.SendAsync(_station, LiveRig.FileRows + row, 12);
            await next.ScoreAsync(_station);
        }

        var before = (await registry.Get<LiveReader>().ModelsAsync(_station, default)).Single(r => r.Role == LiveRole.Previous);
        Assert.That((before.RunId, before.UntilTs), Is.EqualTo((first.RunId, (DateTimeOffset?)null)));
        Assert.That(before.Reason, Does.Contain(first.RunId.Value));
        Assert.That(await MatchedAsync(first.RunId), Is.EqualTo(2 * 12));
        Assert.That(await MatchedAsync(second.RunId), Is.EqualTo(2 * 36));

        Task<long> MatchedAsync(RunId run) => registry.UseAsync(
            db => db.LiveErrors.Where(e => e.Model == run.Value && e.Lead == 1).SumAsync(e => e.Matched));
    }

    [Test]
    public async Task Hours_of_more_than_ninety_days_ago_are_kept_by_day_with_the_same_sums_and_old_forecasts_go()
    {
        var (registry, run) = await LiveRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        await registry.StationAsync("live", run);
        await registry.SendAsync(_station, LiveRig.FileRows, 300);
        await registry.ScoreAsync(_station);
        var (before, forecasts) = (await SumsAsync(), await registry.UseAsync(db => db.LiveForecasts.CountAsync()));

        // A hundred days later.
        await registry.SendAsync(_station, LiveRig.FileRows + (100 * 144), 1);
        await registry.ScoreAsync(_station);
        var days = await registry.UseAsync(
            db => db.LiveErrors.Where(e => e.Lead == 1 && e.IsDay && e.Model == run.RunId.Value).ToListAsync());
        await registry.SendAsync(_station, [(LiveRig.FileRows + 10, 5)]);
        await registry.ScoreAsync(_station);

        Assert.That(forecasts, Is.EqualTo(100), "every third step");
        Assert.That(days, Has.Count.EqualTo(3), "rows of 50 hours");
        Assert.That(days.Select(d => d.Start.TimeOfDay), Is.All.EqualTo(TimeSpan.Zero));
        Assert.That(days.Sum(d => d.Absolutes), Is.EqualTo(before).Within(1e-9));
        Assert.That(await SumsAsync(), Is.EqualTo(before).Within(1e-9), "what is said of them later changes nothing any more");
        Assert.That(await registry.UseAsync(db => db.LiveForecasts.CountAsync()), Is.LessThanOrEqualTo(1));

        Task<double> SumsAsync() => registry.UseAsync(db => db.LiveErrors
            .Where(e => e.Lead == 1 && e.Model == run.RunId.Value && e.Matched > 0 && e.Start < At(1000))
            .SumAsync(e => e.Absolutes));
    }

    /// <summary>A champion, then a run beside it, then that run in force; twelve rows of each.</summary>
    private static async Task<(RegistryUnderTest Registry, RunRow First, RunRow Second)> PromotedAsync()
    {
        var (registry, first) = await LiveRig.StartAsync(Stack.Embedded);
        await registry.StationAsync("live", first);
        var data = await registry.DatasetAsync(first.ConfigHash);
        var second = await registry.QueueRunAsync(data, "NAIVE");
        await registry.RunStepAsync(StepNames.Train, second.RunId.Value);
        await MeasureAsync(0);

        await registry.AddRowsAsync(new ShadowRow { Identifier = _station, RunId = second.RunId, Since = Rows.Now });
        await MeasureAsync(12);
        await registry.AddRowsAsync(Rows.Attempt("second"));
        var champion = Rows.Champion(2, "second", second.RunId.Value);
        (champion.Identifier, champion.ConfigHash, champion.ModelType) = (_station, new("hash-live"), "NAIVE");
        await registry.AddRowsAsync(champion);
        await registry.UseAsync(async db =>
        {
            await ShadowRuns.PromotedAsync(db, second.RunId, default);
            return 0;
        });
        await MeasureAsync(24);
        return (registry, first, second);

        async Task MeasureAsync(int from)
        {
            await registry.SendAsync(_station, LiveRig.FileRows + from, 12);
            await registry.ScoreAsync(_station);
        }
    }

    private static DateTimeOffset At(int row) => MeasurementLog.Instant(LiveRig.Time(LiveRig.FileRows + row));
}
