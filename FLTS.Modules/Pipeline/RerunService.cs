using System.Text.Json;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Registry.Pipelines;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline;

/// <summary>What <c>POST /runs/{run_id}/rerun</c> answers: the new run and the pipeline it is part of.</summary>
internal sealed record RerunRun(RunId RunId, RunId Replaces, int Generation, PipelineId PipelineId, string Location);

/// <summary>What <c>POST /pipelines/{id}/rerun</c> answers: the pipeline, live again, with its runs.</summary>
internal sealed record RerunPipeline(PipelineId PipelineId, string Stage, long Sequence, IReadOnlyList<RunId> RunIds, string Location);

/// <summary>From which stage on a pipeline is run again.</summary>
internal enum RerunStage
{
    Preprocess,
    Train,
    Evaluate,
}

/// <summary>Runs again what has ended. The runs of before stay as they are; the pipeline gets new ones in their place.</summary>
internal sealed partial class RerunService(IDbContextFactory<RegistryDbContext> registry, Reconciler reconciler, TimeProvider time, ILogger<RerunService> logger) : IReruns
{
    /// <summary>Trains a run again as the next generation of its identity, in the newest pipeline that has it.</summary>
    /// <exception cref="NotFoundException">No such run.</exception>
    /// <exception cref="ConflictException">It, or a newer generation of it, has not ended.</exception>
    public Task<RerunRun> RerunRunAsync(RunId runId, CancellationToken cancellation) => RerunRunAsync(runId, RunCause.Rerun, cancellation);

    private async Task<RerunRun> RerunRunAsync(RunId runId, RunCause cause, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.RunId == runId, cancellation)
            ?? throw new NotFoundException($"There is no run '{runId}'. GET /runs lists them.");
        await Generations.LockAsync(db, run, cancellation);
        var generations = await Generations.Same(db, run).OrderByDescending(r => r.Generation).ToListAsync(cancellation);
        if (generations.FirstOrDefault(r => !RunRules.HasEnded(r.Status)) is { } alive)
            throw new ConflictException($"Run {runId} cannot be run again now: {(alive.RunId == runId ? "it" : $"its newer generation, run {alive.RunId},")} is {Word(alive.Status)}. Cancel that first, or wait for its end.");

        var ids = generations.Select(r => r.RunId).ToList();
        var pipeline = await db.Pipelines.AsNoTracking().Where(p => p.Runs.Any(r => ids.Contains(r.RunId))).OrderByDescending(p => p.Sequence).FirstOrDefaultAsync(cancellation)
            ?? throw new ConflictException($"Run {runId} cannot be run again: no pipeline has it any more. POST /pipelines starts one.");
        var now = time.GetUtcNow();
        var (next, _) = await Generations.NextAsync(db, run, cause, now, cancellation);
        await Generations.PutAsync(db, pipeline.PipelineId, next, cancellation);
        await Generations.RequeueDatasetAsync(db, pipeline.ConfigHash, always: false, cancellation);
        if (!await (PipelineProgress.HasEnded(pipeline.Status) ? Generations.ReopenAsync(db, pipeline, AttemptTrigger.Rerun, now, cancellation) : Generations.ReviseAsync(db, pipeline.PipelineId, cancellation)))
            throw new ConflictException($"Pipeline {pipeline.PipelineId} changed while run {runId} was put into it; ask again.");

        await transaction.CommitAsync(cancellation);
        LogRun(logger, run.ModelType, runId, next.RunId, pipeline.PipelineId, run.ConfigHash, run.Identifier);
        reconciler.Wake();
        return new RerunRun(next.RunId, runId, next.Generation, pipeline.PipelineId, $"/runs/{next.RunId}");
    }

    /// <summary>Runs an ended pipeline again from a stage on: <c>evaluate</c> makes a new attempt on the models that are there, <c>train</c> trains all its types anew, <c>preprocess</c> prepares the data before that.</summary>
    /// <exception cref="NotFoundException">No such pipeline.</exception>
    /// <exception cref="ConflictException">It has not ended, or the stage lacks what it starts from.</exception>
    public async Task<RerunPipeline> RerunPipelineAsync(PipelineId pipelineId, RerunStage stage, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var pipeline = await db.Pipelines.AsNoTracking().Include(p => p.Runs).SingleOrDefaultAsync(p => p.PipelineId == pipelineId, cancellation)
            ?? throw new NotFoundException($"There is no pipeline with the id '{pipelineId}'. GET /pipelines lists them.");
        var (_, dataset, runs) = (await PipelineStates.OfAsync(db, [pipeline], cancellation))[0];
        if (!PipelineProgress.HasEnded(pipeline.Status))
            throw new ConflictException($"Pipeline {pipelineId} cannot be run again now: it is {Word(PipelineProgress.StatusOf(pipeline, dataset, runs))}. Cancel it first, or wait for its end.");

        var now = time.GetUtcNow();
        if (stage == RerunStage.Evaluate)
        {
            if (runs.All(r => r.Status != RunStatus.Succeeded))
                throw new ConflictException($"Pipeline {pipelineId} has no trained model to evaluate: {string.Join(", ", runs.Select(r => $"{r.ModelType} is {Word(r.Status)}"))}. Use the stage 'train'.");
        }
        else
        {
            if (stage == RerunStage.Preprocess)
                await Generations.RefuseDataInUseAsync(db, pipeline.ConfigHash, cancellation);

            await Generations.RequeueDatasetAsync(db, pipeline.ConfigHash, always: stage == RerunStage.Preprocess, cancellation);
            runs = [.. await RenewAsync(db, pipeline, runs, now, cancellation)];
        }

        if (!await Generations.ReopenAsync(db, pipeline, AttemptTrigger.Rerun, now, cancellation))
            throw new ConflictException($"Pipeline {pipelineId} was run again by somebody else at the same time.");

        var sequence = await db.Pipelines.Where(p => p.PipelineId == pipelineId).Select(p => p.Sequence).SingleAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        LogPipeline(logger, pipelineId, Word(stage), pipeline.ConfigHash, pipeline.Identifier);
        reconciler.Wake();
        return new RerunPipeline(pipelineId, Word(stage), sequence, [.. runs.Select(r => r.RunId)], $"/pipelines/{pipelineId}");
    }

    /// <inheritdoc />
    async Task<string> IReruns.RunAsync(RunId runId, CancellationToken cancellation) => $"run {(await RerunRunAsync(runId, cancellation)).RunId}";

    /// <inheritdoc />
    async Task<string> IReruns.CorruptAsync(RunId runId, CancellationToken cancellation) => $"run {(await RerunRunAsync(runId, RunCause.Invalid, cancellation)).RunId}";

    /// <inheritdoc />
    async Task<string> IReruns.EvaluationAsync(PipelineId pipelineId, CancellationToken cancellation) =>
        $"pipeline {(await RerunPipelineAsync(pipelineId, RerunStage.Evaluate, cancellation)).PipelineId}";

    /// <inheritdoc />
    async Task<string> IReruns.PreprocessingAsync(ConfigHash configHash, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var newest = await db.Pipelines.Where(p => p.ConfigHash == configHash).OrderByDescending(p => p.Sequence).Select(p => (PipelineId?)p.PipelineId).FirstOrDefaultAsync(cancellation)
            ?? throw new NotFoundException($"There is no pipeline of the config_hash '{configHash}'.");
        return $"pipeline {(await RerunPipelineAsync(newest, RerunStage.Preprocess, cancellation)).PipelineId}";
    }

    private static async Task<List<RunRow>> RenewAsync(RegistryDbContext db, PipelineRow pipeline, IReadOnlyList<RunRow> runs, DateTimeOffset now, CancellationToken cancellation)
    {
        var renewed = new List<RunRow>();
        foreach (var run in runs)
        {
            await Generations.LockAsync(db, run, cancellation);
            var (next, _) = await Generations.NextAsync(db, run, RunCause.Rerun, now, cancellation);
            await Generations.PutAsync(db, pipeline.PipelineId, next, cancellation);
            renewed.Add(next);
        }

        return renewed;
    }

    private static string Word<TValue>(TValue value)
        where TValue : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    [LoggerMessage(EventName = "run_rerun", Level = LogLevel.Information, Message = "{model_type} run {run_id} is trained again as run {next_run_id} (pipeline_id {pipeline_id}, config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogRun(ILogger logger, string model_type, RunId run_id, RunId next_run_id, PipelineId pipeline_id, ConfigHash config_hash, Identifier identifier);

    [LoggerMessage(EventName = "pipeline_rerun", Level = LogLevel.Information, Message = "Pipeline {pipeline_id} is run again from stage {stage} (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogPipeline(ILogger logger, PipelineId pipeline_id, string stage, ConfigHash config_hash, Identifier identifier);
}
