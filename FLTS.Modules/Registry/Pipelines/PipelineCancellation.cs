using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>Ends pipelines by hand.</summary>
internal sealed class PipelineCancellation(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    /// <summary>Ends a pipeline, its open attempt and its unfinished runs, except those that another unfinished pipeline needs.</summary>
    /// <exception cref="NotFoundException">No such pipeline.</exception>
    /// <exception cref="ConflictException">It has ended.</exception>
    public async Task<PipelineCancelled> CancelAsync(PipelineId pipelineId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var now = time.GetUtcNow();

        // The attempt first, as a promotion does it: two transactions that lock in one order cannot block each other.
        await AttemptTransitions.CancelAsync(db, pipelineId, now, cancellation);
        var cancelled = await PipelineTransitions.CancelAsync(db, pipelineId, now, cancellation);
        var pipeline = await db.Pipelines.AsNoTracking().SingleOrDefaultAsync(p => p.PipelineId == pipelineId, cancellation)
            ?? throw new NotFoundException($"There is no pipeline with the id '{pipelineId}'. GET /pipelines lists them.");
        if (!cancelled)
        {
            throw new ConflictException(
                $"Pipeline {pipelineId} has ended already: it is {SnakeCase.Of(pipeline.Status)}. "
                + "Only a pipeline that has not ended can be cancelled.");
        }

        var (runs, shared) = await CancelRunsAsync(db, pipelineId, now, cancellation);
        await transaction.CommitAsync(cancellation);
        return new PipelineCancelled(pipeline, runs, shared);
    }

    /// <summary>Why a run ended that was cancelled with its pipeline.</summary>
    public static string ReasonOf(PipelineId pipelineId) => $"cancelled with pipeline {pipelineId}";

    private static async Task<(List<RunRow> Cancelled, List<RunRow> Shared)> CancelRunsAsync(
        RegistryDbContext db, PipelineId pipelineId, DateTimeOffset now, CancellationToken cancellation)
    {
        var alive = await db.Runs.AsNoTracking().Alive()
            .Where(r => db.PipelineRuns.Any(p => p.PipelineId == pipelineId && p.RunId == r.RunId))
            .ToListAsync(cancellation);
        var (cancelled, shared) = (new List<RunRow>(), new List<RunRow>());
        foreach (var run in alive)
        {
            var unneeded = RunOutcomes.Unneeded(db, run.RunId);
            var ended = await RunOutcomes.CancelAsync(unneeded, ReasonOf(pipelineId), now, cancellation) == 1;
            (ended ? cancelled : shared).Add(run);
        }

        return (cancelled, shared);
    }
}
