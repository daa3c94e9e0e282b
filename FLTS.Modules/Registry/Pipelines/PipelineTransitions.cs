using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>
/// Every change of a pipeline's row: each one conditional statement, part of the caller's transaction. Where rows of several kinds change
/// together, runs
/// come first, then the attempt, then the pipeline: transactions that lock in one order cannot block each other.
/// </summary>
internal static class PipelineTransitions
{
    /// <summary>Its evaluation found a run corrupt: it waits for that run and for nothing else any more.</summary>
    /// <returns>False: the lease was lost, or it has ended.</returns>
    public static async Task<bool> QueueAsync(RegistryDbContext db, Lease lease, CancellationToken cancellation) =>
        await HeldBy(db, lease).Unfinished().ExecuteUpdateAsync(
            set => WaitForNothing(set.SetProperty(p => p.Status, PipelineStatus.Queued)), cancellation) == 1;

    /// <summary>Ends it as the attempt ended.</summary>
    /// <returns>False: the lease was lost, it was cancelled, or it has other runs now.</returns>
    public static async Task<bool> ConcludeAsync(
        RegistryDbContext db, EvaluatedPipeline evaluated, AttemptId attemptId, PipelineEnd end, CancellationToken cancellation) =>
        await Evaluated(db, evaluated).ExecuteUpdateAsync(
            set => WaitForNothing(set
                .SetProperty(p => p.Status, end.Status)
                .SetProperty(p => p.AttemptId, attemptId)
                .SetProperty(p => p.Error, end.Error)
                .SetProperty(p => p.Faults, 0)
                .SetProperty(p => p.EndedAt, end.At)),
            cancellation) == 1;

    /// <summary>Ends it by hand.</summary>
    /// <returns>False: it has ended, or there is none.</returns>
    public static async Task<bool> CancelAsync(
        RegistryDbContext db, PipelineId pipelineId, DateTimeOffset now, CancellationToken cancellation) =>
        await Of(db, pipelineId).Unfinished().ExecuteUpdateAsync(
            set => WaitForNothing(set
                .SetProperty(p => p.Status, PipelineStatus.Cancelled)
                .SetProperty(p => p.Error, "cancelled by hand")
                .SetProperty(p => p.EndedAt, now)),
            cancellation) == 1;

    /// <summary>
    /// Says that a live pipeline has other runs now: an evaluation of the old ones cannot end it any more, and what that waited for is
    /// over.
    /// </summary>
    /// <returns>False: it has ended meanwhile.</returns>
    public static async Task<bool> ReviseAsync(RegistryDbContext db, PipelineId pipelineId, CancellationToken cancellation) =>
        await Of(db, pipelineId).Unfinished().ExecuteUpdateAsync(
            set => WaitForNothing(set
                .SetProperty(p => p.Revision, p => p.Revision + 1)
                .SetProperty(p => p.Faults, 0)
                .SetProperty(p => p.Status, PipelineStatus.Queued)),
            cancellation) == 1;

    /// <summary>
    /// Makes an ended pipeline a live one again, as if it were posted now: with the next sequence number of its identifier, which
    /// <paramref name="pipeline"/> has then, too.
    /// </summary>
    /// <returns>False: somebody else did it meanwhile.</returns>
    public static async Task<bool> ReopenAsync(
        RegistryDbContext db, PipelineRow pipeline, AttemptTrigger trigger, DateTimeOffset now, CancellationToken cancellation)
    {
        var sequence = await db.NextPipelineSequenceAsync(pipeline.Identifier, cancellation);
        var reopened = await db.Pipelines
            .Where(p => p.PipelineId == pipeline.PipelineId && p.Revision == pipeline.Revision && p.Status == pipeline.Status)
            .ExecuteUpdateAsync(
                set => WaitForNothing(set
                    .SetProperty(p => p.Status, PipelineStatus.Queued)
                    .SetProperty(p => p.Trigger, trigger)
                    .SetProperty(p => p.Sequence, sequence)
                    .SetProperty(p => p.Revision, p => p.Revision + 1)
                    .SetProperty(p => p.Tries, 0)
                    .SetProperty(p => p.Deaths, 0)
                    .SetProperty(p => p.Faults, 0)
                    .SetProperty(p => p.Error, (string?)null)
                    .SetProperty(p => p.AttemptId, (AttemptId?)null)
                    .SetProperty(p => p.EvaluationStartedAt, (DateTimeOffset?)null)
                    .SetProperty(p => p.EndedAt, (DateTimeOffset?)null)),
                cancellation) == 1;
        if (!reopened)
            return false;

        pipeline.Sequence = sequence;
        await RunOutcomes.CancelOlderAsync(db, pipeline, now, cancellation);
        return true;
    }

    /// <summary>Puts a run into a pipeline in the place of the one it has for that type.</summary>
    public static Task PutRunAsync(RegistryDbContext db, PipelineId pipelineId, RunRow run, CancellationToken cancellation) =>
        db.PipelineRuns
            .Where(p => p.PipelineId == pipelineId && p.ModelType == run.ModelType)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.RunId, run.RunId), cancellation);

    private static UpdateSettersBuilder<PipelineRow> WaitForNothing(UpdateSettersBuilder<PipelineRow> set) => set
        .SetProperty(p => p.WaitingReason, (string?)null)
        .SetProperty(p => p.WaitingSince, (DateTimeOffset?)null)
        .SetProperty(p => p.NextAttemptAt, (DateTimeOffset?)null);

    private static IQueryable<PipelineRow> Of(RegistryDbContext db, PipelineId pipelineId) =>
        db.Pipelines.Where(p => p.PipelineId == pipelineId);

    private static IQueryable<PipelineRow> HeldBy(RegistryDbContext db, Lease lease) =>
        db.Pipelines.Where(p => p.PipelineId == PipelineId.From(lease.Id) && p.LeaseToken == lease.Token && p.LeaseOwner == lease.Owner);

    private static IQueryable<PipelineRow> Evaluated(RegistryDbContext db, EvaluatedPipeline evaluated) =>
        HeldBy(db, evaluated.Lease).Unfinished().Where(p => p.Revision == evaluated.Revision);
}
