using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Pipeline;

/// <summary>Trains a run once more whose stored artifact turned out corrupt.</summary>
internal static class Retraining
{
    /// <summary>Queues the next generation and points every live pipeline that has the corrupt run at it, in one transaction. Called twice, it changes nothing more.</summary>
    /// <returns>The run that takes its place; null where nobody needs one any more.</returns>
    public static async Task<RunRow?> ReplaceAsync(IDbContextFactory<RegistryDbContext> registry, RunRow corrupt, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Generations.LockAsync(db, corrupt, cancellation);
        var pipelines = await db.Pipelines.AsNoTracking().Unfinished().Where(p => p.Runs.Any(r => r.RunId == corrupt.RunId)).Select(p => p.PipelineId).Order().ToListAsync(cancellation);
        if (pipelines.Count == 0)
            return null;

        // Of two who do this at once, or after a generation was asked for by hand meanwhile: everybody uses the one that is there.
        var there = await Generations.Same(db, corrupt)
            .Where(r => r.Generation > corrupt.Generation)
            .Where(r => r.Replaces == corrupt.RunId || r.Status == RunStatus.Queued || r.Status == RunStatus.Running || r.Status == RunStatus.Storing || r.Status == RunStatus.Succeeded)
            .OrderByDescending(r => r.Generation)
            .FirstOrDefaultAsync(cancellation);
        var next = there ?? (await Generations.NextAsync(db, corrupt, RunCause.Invalid, now, cancellation)).Run;
        foreach (var pipelineId in pipelines)
        {
            if (await Generations.ReviseAsync(db, pipelineId, cancellation))
                await Generations.PutAsync(db, pipelineId, next, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return next;
    }
}
