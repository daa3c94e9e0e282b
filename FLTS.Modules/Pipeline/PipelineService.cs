using System.Text.Json;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline;

/// <summary>What <c>POST /pipelines</c> answers.</summary>
internal sealed record StartedPipeline(PipelineId PipelineId, ConfigHash ConfigHash, Identifier Identifier, long Sequence, string Location);

/// <summary>Starts pipelines: writes rows in one transaction and wakes the Reconciler.</summary>
internal sealed partial class PipelineService(
    IDbContextFactory<RegistryDbContext> registry,
    PipelinePlanner planner,
    Reconciler reconciler,
    PipelineOptions options,
    TimeProvider time,
    ILogger<PipelineService> logger)
{
    /// <summary>Starts what the request describes, or finds that it is already there.</summary>
    /// <exception cref="TooManyException">More unfinished pipelines than allowed.</exception>
    public async Task<StartedPipeline> StartAsync(PipelineRequest request, CancellationToken cancellation)
    {
        var plan = await planner.PlanAsync(request, cancellation);
        var started = await WriteAsync(plan, cancellation);
        reconciler.Wake();
        return started;
    }

    private async Task<StartedPipeline> WriteAsync(PipelinePlan plan, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await EnsureDatasetAsync(db, plan, cancellation);
        var runs = new List<RunRow>();
        foreach (var planned in plan.Runs)
            runs.Add(await EnsureRunAsync(db, plan, planned, cancellation));

        var pipeline = await EnsurePipelineAsync(db, plan, runs, cancellation);
        FaultPoint.Reach("pipeline.before-commit");
        await transaction.CommitAsync(cancellation);
        FaultPoint.Reach("pipeline.after-commit");
        return new StartedPipeline(pipeline.PipelineId, pipeline.ConfigHash, pipeline.Identifier, pipeline.Sequence, $"/pipelines/{pipeline.PipelineId}");
    }

    private async Task EnsureDatasetAsync(RegistryDbContext db, PipelinePlan plan, CancellationToken cancellation)
    {
        var isNew = await db.InsertIfAbsentAsync(
            new DatasetRow
            {
                ConfigHash = plan.ConfigHash,
                Identifier = plan.Identifier,
                SourceName = plan.Dataset,
                Config = plan.Config,
                Status = DatasetStatus.Queued,
                CreatedAt = time.GetUtcNow(),
            },
            cancellation);
        if (isNew)
            return;

        // Asking again for data that could not be prepared is asking to try again.
        if (plan.ForceReprocess)
            await Generations.RefuseDataInUseAsync(db, plan.ConfigHash, cancellation);
        await Generations.RequeueDatasetAsync(db, plan.ConfigHash, always: plan.ForceReprocess, cancellation);
    }

    private async Task<RunRow> EnsureRunAsync(RegistryDbContext db, PipelinePlan plan, PlannedRun planned, CancellationToken cancellation)
    {
        var same = db.Runs.AsNoTracking().Where(r => r.ConfigHash == plan.ConfigHash && r.ModelType == planned.ModelType && r.ParamsHash == planned.ParamsHash);
        var newest = await same.OrderByDescending(r => r.Generation).FirstOrDefaultAsync(cancellation);
        var (generation, isNew) = PipelineIds.Generation(newest, plan.ForceRetrain);
        if (!isNew)
        {
            LogDuplicate(logger, planned.ModelType, newest!.RunId, plan.ConfigHash, plan.Identifier);
            return newest;
        }

        var inserted = await db.InsertIfAbsentAsync(
            new RunRow
            {
                RunId = RunId.From(Guid.CreateVersion7(time.GetUtcNow()).ToString("N")),
                ConfigHash = plan.ConfigHash,
                Identifier = plan.Identifier,
                ModelType = planned.ModelType,
                ParamsHash = planned.ParamsHash,
                Generation = generation,
                Params = planned.Params,
                Status = RunStatus.Queued,
                CreatedAt = time.GetUtcNow(),
            },
            cancellation);
        if (inserted)
            FltsMetrics.Runs.Add(1, new("model_type", planned.ModelType), new("status", "queued"));

        // Whoever came first wrote it; everybody uses that one.
        return await same.SingleAsync(r => r.Generation == generation, cancellation);
    }

    private async Task<PipelineRow> EnsurePipelineAsync(RegistryDbContext db, PipelinePlan plan, List<RunRow> runs, CancellationToken cancellation)
    {
        var id = PipelineIds.PipelineId(plan.ConfigHash, runs);
        if (await FindAsync(db, plan, runs, cancellation) is { } existing)
        {
            // Asking again for one that ended without a decision is asking to try again; what is trained stays trained.
            var again = existing.Status is PipelineStatus.Cancelled or PipelineStatus.Failed ? AttemptTrigger.Event
                : plan.ForceReprocess ? AttemptTrigger.Rerun : (AttemptTrigger?)null;
            if (again is { } trigger && await Generations.ReopenAsync(db, existing, trigger, time.GetUtcNow(), cancellation))
                return await db.Pipelines.AsNoTracking().SingleAsync(p => p.PipelineId == existing.PipelineId, cancellation);

            LogSamePipeline(logger, existing.PipelineId, plan.ConfigHash, plan.Identifier);
            return existing;
        }

        if (await db.Pipelines.Unfinished().CountAsync(cancellation) >= options.MaxUnfinished)
            throw new TooManyException($"{options.MaxUnfinished} pipelines are unfinished, which is the most allowed (Pipeline:MaxUnfinished). Try again when some have ended.", 30);

        var row = new PipelineRow
        {
            PipelineId = id,
            ConfigHash = plan.ConfigHash,
            Identifier = plan.Identifier,
            Sequence = await db.NextPipelineSequenceAsync(plan.Identifier, cancellation),
            Dataset = plan.Dataset,
            ExpectedModelTypes = JsonSerializer.Serialize(plan.Runs.Select(r => r.ModelType)),
            Evaluation = plan.Evaluation.ToJson().ToJsonString(),
            Status = PipelineStatus.Queued,
            CreatedAt = time.GetUtcNow(),
        };
        if (await db.InsertIfAbsentAsync(row, cancellation))
        {
            foreach (var run in runs)
                await db.InsertIfAbsentAsync(new PipelineRunRow { PipelineId = id, ModelType = run.ModelType, RunId = run.RunId }, cancellation);

            await Generations.CancelOlderAsync(db, id, row.Identifier, row.Sequence, row.CreatedAt, cancellation);
        }

        return await db.Pipelines.AsNoTracking().SingleAsync(p => p.PipelineId == id, cancellation);
    }

    /// <summary>The pipeline that has these runs, from its start or since some of them were run again.</summary>
    private static async Task<PipelineRow?> FindAsync(RegistryDbContext db, PipelinePlan plan, List<RunRow> runs, CancellationToken cancellation)
    {
        var wanted = runs.Select(r => r.RunId).ToHashSet();
        var similar = await db.Pipelines.AsNoTracking().Include(p => p.Runs)
            .Where(p => p.ConfigHash == plan.ConfigHash && p.Runs.Any(r => r.RunId == runs[0].RunId))
            .OrderByDescending(p => p.Sequence)
            .ToListAsync(cancellation);
        return similar.FirstOrDefault(p => wanted.SetEquals(p.Runs.Select(r => r.RunId)));
    }

    [LoggerMessage(EventName = "train_skip_duplicate", Level = LogLevel.Information, Message = "{model_type} with these hyperparameters exists as run {run_id}: not trained again (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogDuplicate(ILogger logger, string model_type, RunId run_id, ConfigHash config_hash, Identifier identifier);

    [LoggerMessage(EventName = "skip_idempotent", Level = LogLevel.Information, Message = "Pipeline {pipeline_id} was asked for again: nothing new to do (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogSamePipeline(ILogger logger, PipelineId pipeline_id, ConfigHash config_hash, Identifier identifier);
}
