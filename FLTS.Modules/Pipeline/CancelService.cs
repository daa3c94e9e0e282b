using System.Text.Json;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline;

/// <summary>What <c>POST /runs/{run_id}/cancel</c> answers.</summary>
internal sealed record CancelledRun(RunId RunId, RunStatus Status, string Location);

/// <summary>What <c>POST /pipelines/{id}/cancel</c> answers: the runs that were cancelled with it, and those that another pipeline still needs.</summary>
internal sealed record CancelledPipeline(PipelineId PipelineId, PipelineStatus Status, IReadOnlyList<RunId> CancelledRuns, IReadOnlyList<RunId> SharedRuns, string Location);

/// <summary>
/// Ends runs and pipelines by hand. One conditional update of the row decides between a cancel and any other end; whoever works on
/// the row sees it within a second and stops.
/// </summary>
internal sealed partial class CancelService(IDbContextFactory<RegistryDbContext> registry, Reconciler reconciler, IBus bus, TimeProvider time, ILogger<CancelService> logger)
{
    /// <exception cref="NotFoundException">No such run.</exception>
    /// <exception cref="ConflictException">It has ended.</exception>
    public async Task<CancelledRun> CancelRunAsync(RunId runId, CancellationToken cancellation)
    {
        const string reason = "cancelled by hand";
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var cancelled = await db.Runs.Where(r => r.RunId == runId).Alive().ExecuteUpdateAsync(Generations.Cancelled(reason, time.GetUtcNow()), cancellation) == 1;
        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.RunId == runId, cancellation)
            ?? throw new NotFoundException($"There is no run '{runId}'. GET /runs lists them.");
        if (!cancelled)
            throw new ConflictException($"Run {runId} has ended already: it is {Word(run.Status)}. Only a run that is queued, running or storing can be cancelled.");

        reconciler.Wake();
        await TellAsync(run, reason, CancellationToken.None); // It is cancelled, whether or not the caller is still there.
        return new CancelledRun(runId, run.Status, $"/runs/{runId}");
    }

    /// <exception cref="NotFoundException">No such pipeline.</exception>
    /// <exception cref="ConflictException">It has ended.</exception>
    public async Task<CancelledPipeline> CancelPipelineAsync(PipelineId pipelineId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var now = time.GetUtcNow();

        // The attempt first, as a promotion does it: two transactions that lock in one order cannot block each other.
        await db.PromotionAttempts.Where(a => a.PipelineId == pipelineId && (a.Outcome == null || a.Outcome == AttemptOutcome.Blocked)).ExecuteUpdateAsync(
            set => set.SetProperty(a => a.Outcome, AttemptOutcome.Failed).SetProperty(a => a.Reason, "the pipeline was cancelled by hand").SetProperty(a => a.EndedAt, now),
            cancellation);
        var cancelled = await db.Pipelines.Where(p => p.PipelineId == pipelineId).Unfinished().ExecuteUpdateAsync(
            set => set
                .SetProperty(p => p.Status, PipelineStatus.Cancelled)
                .SetProperty(p => p.Error, "cancelled by hand")
                .SetProperty(p => p.WaitingReason, (string?)null)
                .SetProperty(p => p.WaitingSince, (DateTimeOffset?)null)
                .SetProperty(p => p.NextAttemptAt, (DateTimeOffset?)null)
                .SetProperty(p => p.EndedAt, now),
            cancellation) == 1;
        var pipeline = await db.Pipelines.AsNoTracking().SingleOrDefaultAsync(p => p.PipelineId == pipelineId, cancellation)
            ?? throw new NotFoundException($"There is no pipeline with the id '{pipelineId}'. GET /pipelines lists them.");
        if (!cancelled)
            throw new ConflictException($"Pipeline {pipelineId} has ended already: it is {Word(pipeline.Status)}. Only a pipeline that has not ended can be cancelled.");

        var alive = await db.Runs.AsNoTracking().Alive().Where(r => db.PipelineRuns.Any(p => p.PipelineId == pipelineId && p.RunId == r.RunId)).ToListAsync(cancellation);
        var (runs, shared) = (new List<RunRow>(), new List<RunId>());
        foreach (var run in alive)
        {
            var reason = $"cancelled with pipeline {pipelineId}";
            var mine = db.Runs.Alive().Where(r => r.RunId == run.RunId && !db.PipelineRuns.Any(p => p.RunId == r.RunId && db.Pipelines.Unfinished().Any(o => o.PipelineId == p.PipelineId)));
            if (await mine.ExecuteUpdateAsync(Generations.Cancelled(reason, now), cancellation) == 1)
                runs.Add(run);
            else
                shared.Add(run.RunId);
        }

        await transaction.CommitAsync(cancellation);
        LogPipeline(logger, pipelineId, pipeline.ConfigHash, pipeline.Identifier);
        foreach (var run in runs)
            await TellAsync(run, $"cancelled with pipeline {pipelineId}", CancellationToken.None);

        return new CancelledPipeline(pipelineId, pipeline.Status, [.. runs.Select(r => r.RunId)], shared, $"/pipelines/{pipelineId}");
    }

    private async Task TellAsync(RunRow run, string reason, CancellationToken cancellation)
    {
        FltsMetrics.Runs.Add(1, new("model_type", run.ModelType), new("status", "cancelled"));
        LogRun(logger, run.ModelType, run.RunId, run.ConfigHash, run.Identifier, reason);
        try
        {
            await bus.Publish(new ModelTraining(run.RunId, run.ModelType, run.ConfigHash, run.ParamsHash, run.Identifier, "FAILED", reason), cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotPublished(logger, run.RunId, e);
        }
    }

    private static string Word<TStatus>(TStatus status)
        where TStatus : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());

    [LoggerMessage(EventName = "train_cancelled", Level = LogLevel.Information, Message = "{model_type} run {run_id} is cancelled: {reason} (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogRun(ILogger logger, string model_type, RunId run_id, ConfigHash config_hash, Identifier identifier, string reason);

    [LoggerMessage(EventName = "pipeline_cancelled", Level = LogLevel.Information, Message = "Pipeline {pipeline_id} is cancelled by hand (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogPipeline(ILogger logger, PipelineId pipeline_id, ConfigHash config_hash, Identifier identifier);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The event of cancelled run {run_id} could not be published; its row says the same.")]
    private static partial void LogNotPublished(ILogger logger, RunId run_id, Exception exception);
}
