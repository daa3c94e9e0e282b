using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Retention;

/// <summary>Leaves out epochs of runs that ended long ago: the shape of a loss curve needs only some.</summary>
internal sealed class EpochThinning(IDbContextFactory<RegistryDbContext> registry)
{
    private const int Chunk = 200;

    /// <summary>
    /// Of runs that ended up to a time, and after the one up to which this was done before, each keeps its first, last and best epoch, and
    /// every <paramref name="between"/>th.
    /// </summary>
    /// <returns>Rows that were removed.</returns>
    public async Task<int> ThinAsync(DateTimeOffset endedUpTo, int between, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var removed = 0;
        while (true)
        {
            var after = await db.RetentionTurns.Select(t => t.EpochsThinnedTo).SingleAsync(cancellation);
            var next = await db.Runs
                .Where(r => r.EndedAt != null && r.EndedAt <= endedUpTo && (after == null || r.EndedAt > after))
                .OrderBy(r => r.EndedAt)
                .Select(r => r.EndedAt!.Value)
                .Take(Chunk)
                .ToListAsync(cancellation);
            if (next.Count == 0)
                return removed;

            // All that ended at the same moment belong together: the next look begins after it.
            var to = next[^1];
            removed += await Superfluous(db, after, to, between).ExecuteDeleteAsync(cancellation);
            FaultPoint.Reach("retention.epochs-removed");
            await db.RetentionTurns.ExecuteUpdateAsync(set => set.SetProperty(t => t.EpochsThinnedTo, to), cancellation);
        }
    }

    private static IQueryable<RunEpochRow> Superfluous(RegistryDbContext db, DateTimeOffset? after, DateTimeOffset to, int between) =>
        from epoch in db.RunEpochs
        where db.Runs.Any(r => r.RunId == epoch.RunId && r.EndedAt <= to && (after == null || r.EndedAt > after))
        where epoch.Epoch % between != 0
            && epoch.Epoch > db.RunEpochs.Where(o => o.RunId == epoch.RunId).Min(o => o.Epoch)
            && epoch.Epoch < db.RunEpochs.Where(o => o.RunId == epoch.RunId).Max(o => o.Epoch)
            && (epoch.ValLoss ?? epoch.TrainLoss) > db.RunEpochs.Where(o => o.RunId == epoch.RunId).Min(o => o.ValLoss ?? o.TrainLoss)
        select epoch;
}
