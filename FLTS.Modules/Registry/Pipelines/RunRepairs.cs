using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>
/// What the Reconciler does to runs that no worker can bring to an end: trains once more what is corrupt, fails what has no data.
/// </summary>
internal sealed class RunRepairs(
    IDbContextFactory<RegistryDbContext> registry, RunGenerations generations, PipelineRuns pipelineRuns, TimeProvider time)
{
    /// <summary>
    /// Queues the next generation and points every live pipeline that has the corrupt run at it, in one transaction. Called twice, it
    /// changes nothing more.
    /// </summary>
    /// <returns>The run that takes its place; null where nobody needs one any more.</returns>
    public async Task<RunRow?> ReplaceAsync(RunRow corrupt, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await RunGenerations.LockAsync(db, corrupt, cancellation);
        var pipelines = await db.Pipelines.AsNoTracking().Unfinished()
            .Where(p => p.Runs.Any(r => r.RunId == corrupt.RunId))
            .Select(p => p.PipelineId)
            .Order()
            .ToListAsync(cancellation);
        var live = new List<PipelineId>();
        foreach (var id in pipelines)
        {
            // Asked again under the pipeline's lock: an ENSEMBLE may have gone with a member that somebody else replaced meanwhile.
            if (await PipelineTransitions.ReviseAsync(db, id, cancellation)
                && await db.PipelineRuns.AnyAsync(p => p.PipelineId == id && p.RunId == corrupt.RunId, cancellation))
                live.Add(id);
        }

        if (live.Count == 0)
            return null;

        var next = await ThereAsync(db, corrupt, cancellation)
            ?? await generations.NextAsync(db, corrupt, RunCause.Invalid, time.GetUtcNow(), cancellation);
        foreach (var id in live)
            await pipelineRuns.PutAsync(db, id, [next], cancellation);

        await transaction.CommitAsync(cancellation);
        return next;
    }

    /// <summary>A queued run whose data could not be prepared can never start. Nothing happens where somebody took it meanwhile.</summary>
    public async Task FailQueuedAsync(RunRow run, string reason, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        await db.Runs
            .Where(r => r.RunId == run.RunId && r.Status == RunStatus.Queued && r.LeaseToken == run.LeaseToken)
            .ExecuteUpdateAsync(
                set => set.SetProperty(r => r.Status, RunStatus.Failed).SetProperty(r => r.Error, reason).SetProperty(r => r.EndedAt, now),
                cancellation);
    }

    /// <summary>
    /// Of two who do this at once, or after a generation was asked for by hand meanwhile: everybody uses the one that is there.
    /// </summary>
    private static async Task<RunRow?> ThereAsync(RegistryDbContext db, RunRow corrupt, CancellationToken cancellation)
    {
        var newer = await RunGenerations.SameIdentity(db, corrupt)
            .Where(r => r.Generation > corrupt.Generation)
            .OrderByDescending(r => r.Generation)
            .ToListAsync(cancellation);
        return newer.FirstOrDefault(r => r.Replaces == corrupt.RunId || r.Status == RunStatus.Succeeded || !RunRules.HasEnded(r.Status));
    }
}
