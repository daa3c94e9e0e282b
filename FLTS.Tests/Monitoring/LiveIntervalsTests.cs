using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Live;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring;

/// <summary>The intervals of a champion follow its truths: each counts once, when it is known, in the order of time.</summary>
[TestFixture, Parallelizable]
internal sealed class LiveIntervalsTests
{
    private static readonly Identifier _station = new("live");

    /// <summary>NAIVE forecasts the last value, so that what it got wrong can be told from the rows.</summary>
    [TestCase(Stack.Embedded)]
    [TestCase(Stack.Full, Category = TestCategories.Soak)]
    public async Task Every_truth_moves_the_trackers_of_leads_1_to_5_from_origins_at_every_step(Stack stack)
    {
        const int Sent = 60;
        var (registry, run) = await LiveRig.StartAsync(stack, "NAIVE");
        await using var _ = registry;
        await registry.StationAsync("live", run);
        foreach (var from in new[] { 0, 7, 8, 31 })
        {
            await registry.SendAsync(_station, LiveRig.FileRows + from, (from switch { 0 => 7, 7 => 8, 8 => 31, _ => Sent }) - from);
            await registry.ScoreAsync(_station);
        }

        var row = (await RowAsync(registry, run))!;
        Assert.That(
            (row.Revision, row.CountedTo), Is.EqualTo(((long)Sent, MeasurementLog.Instant(LiveRig.Time(LiveRig.FileRows + Sent - 1)))));
        using var model = await registry.Get<ModelLoader>().LoadAsync(
            run.RunId, run.Attempt, run.ManifestSha256!, ArtifactSource.Cache, default);
        var adapted = AdaptedIntervals.Unpack(row.Packed, targets: 2);
        Assert.That(adapted.Leads, Is.EqualTo(5));
        var moved = 0;
        foreach (var (lead, target, level) in from lead in Enumerable.Range(1, 5)
                                              from target in new[] { 0, 1 }
                                              from level in AdaptedIntervals.Levels
                                              select (lead, target, level))
        {
            var (start, now) = (model.Intervals.Sides(target, lead - 1, level)!.Value, adapted.Quantiles(target, lead - 1, level)!.Value);
            Assert.That(now.Low, Is.EqualTo(Tracked(model.Intervals, (lead, target, level), start.Low, false)).Within(1e-9));
            Assert.That(now.High, Is.EqualTo(Tracked(model.Intervals, (lead, target, level), start.High, true)).Within(1e-9));
            moved += (now.Low, now.High) == (start.Low, start.High) ? 0 : 1;
        }

        Assert.That(moved, Is.EqualTo(20), "of leads, targets and levels");

        double Tracked(ConformalIntervals intervals, (int Lead, int Target, double Level) of, double start, bool isUpper)
        {
            var (lead, target, level) = of;
            var range = intervals.Sides(target, lead - 1, level)!.Value.Range;
            var tracker = IntervalTracker.Begin((start, range), lead, level, isUpper);
            for (var at = LiveRig.FileRows; at < LiveRig.FileRows + Sent; at++)
            {
                var forecast = Value(at - lead, target);
                tracker = tracker.With((Value(at, target) - forecast) / intervals.Scale(target, lead - 1, forecast));
            }

            return tracker.Quantile;
        }
    }

    [Test, Category(TestCategories.Servers)]
    public async Task Longer_knots_follow_what_the_kept_forecasts_missed_in_the_newest_seasons()
    {
        const int Sent = 250;
        var (registry, run) = await LiveRig.StartAsync(Stack.Full, "NAIVE");
        await using var _ = registry;
        await registry.StationAsync("live", run);
        foreach (var (from, to) in new[] { (0, 100), (100, 101), (101, Sent - 1), (Sent - 1, Sent) })
        {
            await registry.SendAsync(_station, LiveRig.FileRows + from, to - from);
            await registry.ScoreAsync(_station);
        }

        using var model = await registry.Get<ModelLoader>().LoadAsync(
            run.RunId, run.Attempt, run.ManifestSha256!, ArtifactSource.Cache, default);
        var windows = IntervalWindows.Unpack((await RowAsync(registry, run))!.Windows, targets: 2);
        var grid = new CanonicalGrid(model.Forecaster.Signature.Step);
        int[] origins = [.. Enumerable.Range(LiveRig.FileRows, Sent).Where(row => grid.IsOrigin(LiveRig.Time(row)))];
        Assert.That(windows.Knots, Is.EqualTo(new[] { 10, 15 }), "the validation part has too few residuals of 30 steps for 95 %");
        foreach (var (knot, target, level) in from k in windows.Knots
                                              from m in new[] { 0, 1 }
                                              from l in AdaptedIntervals.Levels
                                              select (k, m, l))
        {
            double[] residuals =
            [
                .. origins.Where(o => o + knot <= origins[^1])
                    .Select(o => (Value(o + knot, target) - Value(o, target)) / model.Intervals.Scale(target, knot - 1, Value(o, target)))
                    .Order(),
            ];
            var (fixedLow, fixedHigh, _) = model.Intervals.Sides(target, knot - 1, level)!.Value;
            var rank = (int)Math.Ceiling(((residuals.Length + 1) * (1 + (level / 100)) / 2) - 1e-9);
            var (low, high) = windows.Quantiles(target, knot, level)!.Value;
            Assert.That(low, Is.EqualTo((fixedLow + residuals[^rank]) / 2).Within(1e-4), $"{knot} {target} {level}");
            Assert.That(high, Is.EqualTo((fixedHigh + residuals[rank - 1]) / 2).Within(1e-4), $"{knot} {target} {level}");
        }
    }

    [Test]
    public async Task Where_windows_are_switched_off_the_fixed_intervals_answer_from_the_next_row_on()
    {
        var (registry, run) = await LiveRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        await using var off = LiveRig.Beside(registry, ("Monitoring:IntervalWindows", "false"));
        await registry.StationAsync("live", run);
        await registry.SendAsync(_station, LiveRig.FileRows, 200);
        await registry.ScoreAsync(_station);
        var on = (await RowAsync(registry, run))!;
        await registry.SendAsync(_station, LiveRig.FileRows + 200, 1);
        await off.ScoreAsync(_station);

        var row = (await RowAsync(registry, run))!;
        Assert.That((on.Windows?.Length, row.Windows), Is.EqualTo((2 * (4 + (2 * 2 * 2 * 8)), Array.Empty<byte>())));
        Assert.That(row.Revision, Is.EqualTo(on.Revision + 2), "of a row, and of the windows: who serves the model reads it again");
    }

    [TestCase(Stack.Embedded)]
    [TestCase(Stack.Full, Category = TestCategories.Soak)]
    public async Task Truths_that_come_again_late_or_corrected_and_turns_that_are_done_again_move_nothing_twice(Stack stack)
    {
        var (registry, run) = await LiveRig.StartAsync(stack);
        await using var _ = registry;
        await registry.StationAsync("live", run);
        await registry.StationAsync("twin", run);
        await registry.SendAsync(new("twin"), LiveRig.FileRows, 80);
        await registry.ScoreAsync(new("twin"));
        for (var row = 0; row < 80; row += 20)
        {
            await registry.SendAsync(_station, LiveRig.FileRows + row, 20);
            await registry.ScoreAsync(_station);
            await registry.SendAsync(_station, LiveRig.FileRows + row, 20);
            await registry.ScoreAsync(_station);
        }

        var (counted, twin) = ((await RowAsync(registry, run))!, (await RowAsync(registry, run, "twin"))!);
        Assert.That((counted.Revision, counted.CountedTo), Is.EqualTo((80L, twin.CountedTo)));
        Assert.That(Numbers(counted), Is.EqualTo(Numbers(twin)).AsCollection.Within(1e-9), "in one turn or in eight");

        await registry.SendAsync(_station, [(LiveRig.FileRows + 70, 40), (LiveRig.FileRows + 3, 40)]);
        await registry.ScoreAsync(_station);
        Assert.That((await RowAsync(registry, run))!.Packed, Is.EqualTo(counted.Packed), "corrected behind the mark");

        await registry.ExecuteAsync("UPDATE live_stations SET changes = 0, target = NULL, done_to = NULL");
        Assert.That(await registry.ScoreAsync(_station), Is.Positive);
        var again = (await RowAsync(registry, run))!;
        Assert.That((again.Revision, again.Packed), Is.EqualTo((counted.Revision, counted.Packed)), "scored again from the first row on");
    }

    [TestCase(Stack.Embedded, Category = TestCategories.Soak)]
    [TestCase(Stack.Full)]
    public async Task Two_processes_that_score_the_same_rows_at_once_count_each_truth_once(Stack stack)
    {
        var (registry, run) = await LiveRig.StartAsync(stack);
        await using var _ = registry;
        await using var other = LiveRig.Beside(registry);
        await registry.StationAsync("live", run);
        await registry.StationAsync("twin", run);
        for (var row = 0; row < 60; row += 20)
        {
            await registry.SendAsync(_station, LiveRig.FileRows + row, 20);
            await registry.SendAsync(new("twin"), LiveRig.FileRows + row, 20);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => (i % 2 == 0 ? registry : other).TurnAsync(_station)));
        }

        await registry.ScoreAsync(_station);
        await registry.ScoreAsync(new("twin"));
        var (row1, row2) = ((await RowAsync(registry, run))!, (await RowAsync(registry, run, "twin"))!);
        Assert.That((row1.Revision, row1.CountedTo), Is.EqualTo((60L, row2.CountedTo)));
        Assert.That(Numbers(row1), Is.EqualTo(Numbers(row2)).AsCollection.Within(1e-9));
    }

    [Test]
    public async Task Who_has_counted_meanwhile_is_not_overwritten([Values] Stack stack)
    {
        var (registry, run) = await LiveRig.StartAsync(stack);
        await using var _ = registry;
        var (first, second, third) = (Rows.Now, Rows.Now.AddHours(1), Rows.Now.AddHours(2));

        Assert.That(await AdvanceAsync(second, null, 2), Is.True);
        Assert.That(await AdvanceAsync(first, null, 1), Is.False, "it began meanwhile");
        Assert.That(await AdvanceAsync(third, first, 9), Is.False, "from a mark that it has left");
        Assert.That(await AdvanceAsync(first, second, 9), Is.False, "backwards");
        Assert.That(await AdvanceAsync(third, second, 3), Is.True);
        Assert.That(((await RowAsync(registry, run))!.Revision, (await RowAsync(registry, run))!.CountedTo), Is.EqualTo((3L, third)));

        Task<bool> AdvanceAsync(DateTimeOffset to, DateTimeOffset? from, long revision) => registry.UseAsync(
            db => IntervalStates.AdvanceAsync(db, _station, new IntervalState(run.RunId, to, revision, [1]), from, default));
    }

    [Test]
    public async Task A_row_that_cannot_be_read_holds_no_scoring_up_and_stays_as_it_is()
    {
        var (registry, run) = await LiveRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        await registry.StationAsync("live", run);
        await registry.SendAsync(_station, LiveRig.FileRows, 20);
        await registry.ScoreAsync(_station);
        byte[] spoiled = [1];
        await registry.UseAsync(db => db.LiveIntervals.ExecuteUpdateAsync(set => set.SetProperty(i => i.Packed, spoiled)));

        await registry.SendAsync(_station, LiveRig.FileRows + 20, 20);
        await registry.ScoreAsync(_station);

        var station = await registry.Get<LiveReader>().StationAsync(_station, default);
        Assert.That(station!.ScoredTo, Is.EqualTo(MeasurementLog.Instant(LiveRig.Time(LiveRig.FileRows + 39))));
        var row = (await RowAsync(registry, run))!;
        Assert.That((row.Revision, row.Packed), Is.EqualTo((20L, spoiled)));
    }

    [Test]
    public async Task A_new_champion_begins_anew_and_the_one_before_goes_on_where_it_was_when_it_is_in_force_again()
    {
        var (registry, first) = await LiveRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        await registry.StationAsync("live", first);
        var data = await registry.DatasetAsync(first.ConfigHash);
        var second = await registry.QueueRunAsync(data, "NAIVE");
        await registry.RunStepAsync(StepNames.Train, second.RunId.Value);
        second = await registry.RunAsync(second.RunId);

        await MeasureAsync(0, 12);
        var before = (await RowAsync(registry, first))!;
        await PromoteAsync(2, second);
        await MeasureAsync(12, 7);
        var (kept, next) = ((await RowAsync(registry, first))!, (await RowAsync(registry, second))!);
        Assert.That((kept.Revision, kept.Packed), Is.EqualTo((12L, before.Packed)));
        Assert.That(next.Revision, Is.EqualTo(7));

        await PromoteAsync(3, first);
        await MeasureAsync(19, 5);
        Assert.That((await RowAsync(registry, first))!.Revision, Is.EqualTo(17), "rows of the other's time are not its own");
        Assert.That((await RowAsync(registry, second))!.Packed, Is.EqualTo(next.Packed));

        async Task MeasureAsync(int from, int count)
        {
            await registry.SendAsync(_station, LiveRig.FileRows + from, count);
            await registry.ScoreAsync(_station);
        }

        async Task PromoteAsync(int version, RunRow run)
        {
            await registry.AddRowsAsync(Rows.Attempt($"attempt-{version}"));
            var champion = Rows.Champion(version, $"attempt-{version}", run.RunId.Value);
            (champion.Identifier, champion.ConfigHash, champion.ModelType) = (_station, new("hash-live"), run.ModelType);
            await registry.AddRowsAsync(champion);
        }
    }

    private static double Value(int row, int target) => target == 0 ? LiveRig.At(row).Load : LiveRig.At(row).Flow;

    private static Task<LiveIntervalRow?> RowAsync(RegistryUnderTest registry, RunRow run, string station = "live") => registry.UseAsync(
        db => db.LiveIntervals.AsNoTracking().SingleOrDefaultAsync(i => i.Identifier == new Identifier(station) && i.RunId == run.RunId));

    private static double[] Numbers(LiveIntervalRow row) =>
        [.. Enumerable.Range(0, row.Packed.Length / 8).Select(i => BitConverter.ToDouble(row.Packed, 8 * i))];
}
