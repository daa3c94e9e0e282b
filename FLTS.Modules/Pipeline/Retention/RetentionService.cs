using FLTS.Modules.Registry.Retention;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline.Retention;

/// <summary>
/// Carries out what <see cref="RetentionRules"/> decides: marks what fell out of use, takes it when its grace is over, removes its objects,
/// and then says so in its row. Killed anywhere, the next one goes on where it was: what is taken is removed, whatever the settings say by
/// then.
/// </summary>
internal sealed partial class RetentionService(
    RetentionReader reader,
    Prunings prunings,
    EpochThinning epochs,
    ObjectRemoval removal,
    RetentionOptions options,
    TimeProvider time,
    ILogger<RetentionService> logger)
{
    /// <summary>One look; the caller sees to it that nobody else looks.</summary>
    /// <exception cref="UnavailableException">The store refuses; what was removed so far stays so.</exception>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await removal.FinishAsync(cancellation);
        if (!options.Enabled)
            await prunings.UnmarkAllAsync(cancellation);
        else
            await PruneAsync(cancellation);

        await prunings.LookedAsync(time.GetUtcNow() + TimeSpan.FromMinutes(options.IntervalMinutes), cancellation);
    }

    private async Task PruneAsync(CancellationToken cancellation)
    {
        var (state, now) = (await reader.ReadAsync(cancellation), time.GetUtcNow());
        var plan = RetentionRules.Plan(state, options, now).Where(i => i.Mark is not null).ToList();
        var unused = plan.Where(i => i.UnusedSince <= now).ToList();
        var still = unused.Select(i => i.Mark!.Value).ToHashSet();
        var again = state.Marks.Where(m => m.TakenAt is null && !still.Contains((m.Kind, m.Id))).Select(m => (m.Kind, m.Id)).ToList();
        var found = unused.Where(i => i.MarkedAt is null).Select(i => i.Mark!.Value).ToList();
        await prunings.UnmarkAsync(again, cancellation);
        await prunings.MarkAsync(found, cancellation);
        if (found.Count + again.Count > 0)
            LogMarked(logger, found.Count, again.Count, options.GraceDays);

        var due = unused.Where(i => i is { MarkedAt: not null, Begun: false } && i.PruneAt <= now).Select(i => i.Mark!.Value);
        await prunings.TakeAsync(due, TimeSpan.FromDays(options.GraceDays), cancellation);
        await removal.FinishAsync(cancellation);
        var thinned = await epochs.ThinAsync(now - TimeSpan.FromDays(options.EpochDays), RetentionRules.EpochsBetween, cancellation);
        if (thinned > 0)
            LogThinned(logger, thinned);
    }

    [LoggerMessage(
        EventName = "retention_marked",
        Level = LogLevel.Information,
        Message = "{unused} things fell out of use and are pruned in {days} days unless they are used again; {used} are in use again")]
    private static partial void LogMarked(ILogger logger, int unused, int used, double days);

    [LoggerMessage(EventName = "retention_thinned", Level = LogLevel.Information, Message = "{rows} epochs of old runs were left out")]
    private static partial void LogThinned(ILogger logger, int rows);
}
