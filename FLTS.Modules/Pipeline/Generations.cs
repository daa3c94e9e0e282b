using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Pipeline;

/// <summary>New generations of runs, and the pipelines that point at them. Every method is part of the caller's transaction.</summary>
internal static class Generations
{
    /// <summary>
    /// Lets one transaction at a time decide about the generations of a run's identity, by the row lock of the first one.
    /// On SQLite a transaction that writes is alone anyway.
    /// </summary>
    public static Task LockAsync(RegistryDbContext db, RunRow run, CancellationToken cancellation) => db.Runs
        .Where(r => r.ConfigHash == run.ConfigHash && r.ModelType == run.ModelType && r.ParamsHash == run.ParamsHash && r.Generation == 0)
        .ExecuteUpdateAsync(set => set.SetProperty(r => r.Generation, 0), cancellation);

    /// <summary>Queues the next generation of a run's identity.</summary>
    /// <returns>The run of that generation, and whether this call made it; of many callers one does.</returns>
    public static async Task<(RunRow Run, bool IsNew)> NextAsync(RegistryDbContext db, RunRow old, RunCause cause, DateTimeOffset now, CancellationToken cancellation)
    {
        var generation = 1 + await Same(db, old).MaxAsync(r => r.Generation, cancellation);
        var isNew = await db.InsertIfAbsentAsync(
            new RunRow
            {
                RunId = RunId.From(Guid.CreateVersion7(now).ToString("N")),
                ConfigHash = old.ConfigHash,
                Identifier = old.Identifier,
                ModelType = old.ModelType,
                ParamsHash = old.ParamsHash,
                Generation = generation,
                Params = old.Params,
                Cause = cause,
                Replaces = old.RunId,
                Status = RunStatus.Queued,
                CreatedAt = now,
            },
            cancellation);
        if (isNew)
            FltsMetrics.Runs.Add(1, new("model_type", old.ModelType), new("status", "queued"));

        return (await Same(db, old).SingleAsync(r => r.Generation == generation, cancellation), isNew);
    }

    /// <summary>All generations of a run's identity.</summary>
    public static IQueryable<RunRow> Same(RegistryDbContext db, RunRow run) => db.Runs.AsNoTracking()
        .Where(r => r.ConfigHash == run.ConfigHash && r.ModelType == run.ModelType && r.ParamsHash == run.ParamsHash);

    /// <summary>Puts a run into a pipeline in the place of the one it has for that type.</summary>
    public static Task PutAsync(RegistryDbContext db, PipelineId pipelineId, RunRow run, CancellationToken cancellation) => db.PipelineRuns
        .Where(p => p.PipelineId == pipelineId && p.ModelType == run.ModelType)
        .ExecuteUpdateAsync(set => set.SetProperty(p => p.RunId, run.RunId), cancellation);

    /// <summary>Says that a live pipeline has other runs now: an evaluation of the old ones cannot end it any more, and what that waited for is over.</summary>
    /// <returns>False: it has ended meanwhile.</returns>
    public static async Task<bool> ReviseAsync(RegistryDbContext db, PipelineId pipelineId, CancellationToken cancellation) => await db.Pipelines
        .Where(p => p.PipelineId == pipelineId)
        .Unfinished()
        .ExecuteUpdateAsync(
            set => set
                .SetProperty(p => p.Revision, p => p.Revision + 1)
                .SetProperty(p => p.Status, PipelineStatus.Queued)
                .SetProperty(p => p.Faults, 0)
                .SetProperty(p => p.WaitingReason, (string?)null)
                .SetProperty(p => p.WaitingSince, (DateTimeOffset?)null)
                .SetProperty(p => p.NextAttemptAt, (DateTimeOffset?)null),
            cancellation) == 1;

    /// <summary>Makes an ended pipeline a live one again, as if it were posted now: with the next sequence number of its identifier.</summary>
    /// <returns>False: somebody else did it meanwhile.</returns>
    public static async Task<bool> ReopenAsync(RegistryDbContext db, PipelineRow pipeline, AttemptTrigger trigger, DateTimeOffset now, CancellationToken cancellation)
    {
        var sequence = await db.NextPipelineSequenceAsync(pipeline.Identifier, cancellation);
        var reopened = await db.Pipelines
            .Where(p => p.PipelineId == pipeline.PipelineId && p.Revision == pipeline.Revision && p.Status == pipeline.Status)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(p => p.Status, PipelineStatus.Queued)
                    .SetProperty(p => p.Trigger, trigger)
                    .SetProperty(p => p.Sequence, sequence)
                    .SetProperty(p => p.Revision, p => p.Revision + 1)
                    .SetProperty(p => p.Tries, 0)
                    .SetProperty(p => p.Deaths, 0)
                    .SetProperty(p => p.Faults, 0)
                    .SetProperty(p => p.NextAttemptAt, (DateTimeOffset?)null)
                    .SetProperty(p => p.WaitingReason, (string?)null)
                    .SetProperty(p => p.WaitingSince, (DateTimeOffset?)null)
                    .SetProperty(p => p.Error, (string?)null)
                    .SetProperty(p => p.AttemptId, (AttemptId?)null)
                    .SetProperty(p => p.EvaluationStartedAt, (DateTimeOffset?)null)
                    .SetProperty(p => p.EndedAt, (DateTimeOffset?)null),
                cancellation) == 1;
        if (reopened)
            await CancelOlderAsync(db, pipeline.PipelineId, pipeline.Identifier, sequence, now, cancellation);

        return reopened;
    }

    /// <summary>A newer pipeline makes older trainings of its identifier pointless: those that are still queued, and that no pipeline as new needs, are cancelled.</summary>
    public static Task CancelOlderAsync(RegistryDbContext db, PipelineId pipelineId, Identifier identifier, long sequence, DateTimeOffset now, CancellationToken cancellation)
    {
        var reason = $"cancelled: pipeline {pipelineId} (sequence {sequence}) of '{identifier}' is newer";
        return db.Runs
            .Where(r => r.Identifier == identifier && r.Status == RunStatus.Queued)
            .Where(r => db.PipelineRuns.Any(p => p.RunId == r.RunId) && !db.PipelineRuns.Any(p =>
                p.RunId == r.RunId && db.Pipelines.Unfinished().Any(o => o.PipelineId == p.PipelineId && (o.Sequence >= sequence || o.Identifier != identifier))))
            .ExecuteUpdateAsync(Cancelled(reason, now), cancellation);
    }

    /// <summary>Data is not prepared again under the hands of a pipeline.</summary>
    /// <exception cref="ConflictException">A pipeline that has not ended has this data.</exception>
    public static async Task RefuseDataInUseAsync(RegistryDbContext db, ConfigHash configHash, CancellationToken cancellation)
    {
        if (await db.Pipelines.Unfinished().Where(p => p.ConfigHash == configHash).Select(p => (PipelineId?)p.PipelineId).FirstOrDefaultAsync(cancellation) is { } other)
            throw new ConflictException($"The data {configHash} cannot be prepared again now: pipeline {other} works with it. Cancel that first, or wait for its end.");
    }

    /// <summary>Asks for data that could not be prepared (or, <paramref name="always"/>, that is to be prepared again) to be prepared.</summary>
    public static Task RequeueDatasetAsync(RegistryDbContext db, ConfigHash configHash, bool always, CancellationToken cancellation) => db.Datasets
        .Where(d => d.ConfigHash == configHash && (d.Status == DatasetStatus.Failed || (always && d.Status == DatasetStatus.Ready)))
        .ExecuteUpdateAsync(
            set => set
                .SetProperty(d => d.Status, DatasetStatus.Queued)
                .SetProperty(d => d.Tries, 0)
                .SetProperty(d => d.Deaths, 0)
                .SetProperty(d => d.Faults, 0)
                .SetProperty(d => d.NextAttemptAt, (DateTimeOffset?)null),
            cancellation);

    /// <summary>The end of a cancelled run.</summary>
    public static Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<RunRow>> Cancelled(string reason, DateTimeOffset now) => set => set
        .SetProperty(r => r.Status, RunStatus.Cancelled)
        .SetProperty(r => r.Error, reason)
        .SetProperty(r => r.EndedAt, now)
        .SetProperty(r => r.EtaSeconds, (double?)null)
        .SetProperty(r => r.NextAttemptAt, (DateTimeOffset?)null);
}
