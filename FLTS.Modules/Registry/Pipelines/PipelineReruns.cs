using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>Runs again what has ended. The runs of before stay as they are; the pipeline gets new ones in their place.</summary>
internal sealed class PipelineReruns(
    IDbContextFactory<RegistryDbContext> registry, RunGenerations runGenerations, PipelineRuns pipelineRuns, TimeProvider time)
{
    /// <summary>Queues the next generation of a run's identity, in the newest pipeline that has it.</summary>
    /// <returns>The new run and the pipeline it is part of.</returns>
    /// <exception cref="NotFoundException">No such run.</exception>
    /// <exception cref="ConflictException">It, or a newer generation of it, has not ended.</exception>
    public async Task<(RunRow Run, PipelineRow Pipeline)> RunAsync(RunId runId, RunCause cause, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.RunId == runId, cancellation)
            ?? throw new NotFoundException($"There is no run '{runId}'. GET /runs lists them.");
        await RunGenerations.LockAsync(db, run, cancellation);
        var generations = await RunGenerations.SameIdentity(db, run).OrderByDescending(r => r.Generation).ToListAsync(cancellation);
        RequireEnded(run, generations);
        var ids = generations.Select(r => r.RunId).ToList();
        var pipeline = await db.Pipelines.AsNoTracking()
            .Where(p => p.Runs.Any(r => ids.Contains(r.RunId)))
            .OrderByDescending(p => p.Sequence)
            .FirstOrDefaultAsync(cancellation)
            ?? throw new ConflictException($"Run {runId} cannot be run again: no pipeline has it any more. POST /pipelines starts one.");
        var now = time.GetUtcNow();
        var next = await runGenerations.NextAsync(db, run, cause, now, cancellation);
        var pipelineId = pipeline.PipelineId;
        await pipelineRuns.PutAsync(db, pipelineId, [next], cancellation);
        await DatasetRequests.RequeueAsync(db, pipeline.ConfigHash, always: false, cancellation);
        var isLive = PipelineRules.HasEnded(pipeline.Status)
            ? await PipelineTransitions.ReopenAsync(db, pipeline, AttemptTrigger.Rerun, now, cancellation)
            : await PipelineTransitions.ReviseAsync(db, pipelineId, cancellation);
        if (!isLive)
            throw new ConflictException($"Pipeline {pipelineId} changed while run {runId} was put into it; ask again.");

        await transaction.CommitAsync(cancellation);
        return (next, pipeline);
    }

    /// <summary>
    /// Makes an ended pipeline live again from a stage on: <c>evaluate</c> keeps the models that are there, <c>train</c> trains all its
    /// types anew,
    /// <c>preprocess</c> prepares the data before that.
    /// </summary>
    /// <returns>The pipeline, with its new sequence, and its runs.</returns>
    /// <exception cref="NotFoundException">No such pipeline.</exception>
    /// <exception cref="ConflictException">It has not ended, or the stage lacks what it starts from.</exception>
    public async Task<(PipelineRow Pipeline, IReadOnlyList<RunRow> Runs)> PipelineAsync(
        PipelineId pipelineId, RerunStage stage, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var pipeline = await db.Pipelines.AsNoTracking().Include(p => p.Runs)
            .SingleOrDefaultAsync(p => p.PipelineId == pipelineId, cancellation)
            ?? throw new NotFoundException($"There is no pipeline with the pipelineId '{pipelineId}'. GET /pipelines lists them.");
        await RetentionMarks.UseAsync(db, pipeline.Runs.Select(r => r.RunId), cancellation);
        var (_, dataset, runs) = (await PipelineStates.OfAsync(db, [pipeline], cancellation))[0];
        if (!PipelineRules.HasEnded(pipeline.Status))
        {
            var status = SnakeCase.Of(PipelineProgress.StatusOf(pipeline, dataset, runs));
            throw new ConflictException(
                $"Pipeline {pipelineId} cannot be run again now: it is {status}. Cancel it first, or wait for its end.");
        }

        var now = time.GetUtcNow();
        if (stage == RerunStage.Evaluate)
        {
            RequireModel(pipelineId, runs);
        }
        else
        {
            var configHash = pipeline.ConfigHash;
            if (stage == RerunStage.Preprocess)
                await DatasetRequests.RefuseInUseAsync(db, configHash, cancellation);

            await DatasetRequests.RequeueAsync(db, configHash, always: stage == RerunStage.Preprocess, cancellation);
            runs = await RenewAsync(db, pipelineId, runs, now, cancellation);
        }

        if (!await PipelineTransitions.ReopenAsync(db, pipeline, AttemptTrigger.Rerun, now, cancellation))
            throw new ConflictException($"Pipeline {pipelineId} was run again by somebody else at the same time.");

        await transaction.CommitAsync(cancellation);
        return (pipeline, runs);
    }

    /// <summary>The newest pipeline of a <c>config_hash</c>.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public async Task<PipelineId> NewestOfAsync(ConfigHash configHash, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Pipelines
            .Where(p => p.ConfigHash == configHash)
            .OrderByDescending(p => p.Sequence)
            .Select(p => (PipelineId?)p.PipelineId)
            .FirstOrDefaultAsync(cancellation)
            ?? throw new NotFoundException($"There is no pipeline of the config_hash '{configHash}'.");
    }

    private static void RequireEnded(RunRow run, List<RunRow> generations)
    {
        if (generations.FirstOrDefault(r => !RunRules.HasEnded(r.Status)) is not { } alive)
            return;

        var which = alive.RunId == run.RunId ? "it" : $"its newer generation, run {alive.RunId},";
        throw new ConflictException(
            $"Run {run.RunId} cannot be run again now: {which} is {SnakeCase.Of(alive.Status)}. Cancel that first, or wait for its end.");
    }

    private static void RequireModel(PipelineId pipelineId, IReadOnlyList<RunRow> runs)
    {
        if (runs.Any(r => r.Status == RunStatus.Succeeded))
            return;

        var statuses = string.Join(", ", runs.Select(r => $"{r.ModelType} is {SnakeCase.Of(r.Status)}"));
        throw new ConflictException($"Pipeline {pipelineId} has no trained model to evaluate: {statuses}. Use the stage 'train'.");
    }

    /// <summary>What is made of the others follows from them.</summary>
    private async Task<IReadOnlyList<RunRow>> RenewAsync(
        RegistryDbContext db, PipelineId pipelineId, IReadOnlyList<RunRow> runs, DateTimeOffset now, CancellationToken cancellation)
    {
        var renewed = new List<RunRow>();
        foreach (var run in runs.Where(r => !ForecasterCatalog.IsEnsemble(r.ModelType)))
        {
            await RunGenerations.LockAsync(db, run, cancellation);
            renewed.Add(await runGenerations.NextAsync(db, run, RunCause.Rerun, now, cancellation));
        }

        return await pipelineRuns.PutAsync(db, pipelineId, renewed, cancellation);
    }
}
