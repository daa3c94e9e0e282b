using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline;

/// <summary>
/// Ends runs and pipelines by hand. One conditional update of the row decides between a cancel and any other end; whoever works on
/// the row sees it within a second and stops.
/// </summary>
internal sealed partial class CancelService(
    RunCancellation runs,
    PipelineCancellation pipelines,
    RunCounter counter,
    Reconciler reconciler,
    EventPublisher publisher,
    ILogger<CancelService> logger)
{
    /// <exception cref="NotFoundException">No such run.</exception>
    /// <exception cref="ConflictException">It has ended.</exception>
    public async Task<CancelledRun> CancelRunAsync(RunId runId, CancellationToken cancellation)
    {
        const string reason = "cancelled by hand";
        var run = await runs.CancelAsync(runId, reason, cancellation);
        reconciler.Wake();
        await PublishAsync(run, reason, CancellationToken.None); // It is cancelled, whether or not the caller is still there.
        return new CancelledRun(run.RunId, run.Status, $"/runs/{runId}");
    }

    /// <exception cref="NotFoundException">No such pipeline.</exception>
    /// <exception cref="ConflictException">It has ended.</exception>
    public async Task<CancelledPipeline> CancelPipelineAsync(PipelineId pipelineId, CancellationToken cancellation)
    {
        var (pipeline, cancelled, shared) = await pipelines.CancelAsync(pipelineId, cancellation);
        using var scope = LogScope.Begin(
            logger,
            ("pipeline_id", pipelineId.Value),
            ("config_hash", pipeline.ConfigHash.Value),
            ("identifier", pipeline.Identifier.Value));
        LogPipeline(logger);
        foreach (var run in cancelled)
            await PublishAsync(run, PipelineCancellation.ReasonOf(pipelineId), CancellationToken.None);

        return new CancelledPipeline(
            pipelineId,
            pipeline.Status,
            [.. cancelled.Select(r => r.RunId)],
            [.. shared.Select(r => r.RunId)],
            $"/pipelines/{pipelineId}");
    }

    private async Task PublishAsync(RunRow run, string reason, CancellationToken cancellation)
    {
        counter.Count(run.ModelType, RunStatus.Cancelled);
        using var scope = LogScope.Begin(
            logger,
            ("run_id", run.RunId.Value),
            ("config_hash", run.ConfigHash.Value),
            ("identifier", run.Identifier.Value));
        LogRun(logger, run.ModelType, reason);
        await publisher.PublishAsync(
            new ModelTraining(run.RunId, run.ModelType, run.ConfigHash, run.ParamsHash, run.Identifier, "FAILED", reason), cancellation);
    }

    [LoggerMessage(EventName = "train_cancelled", Level = LogLevel.Information, Message = "The {model_type} run is cancelled: {reason}")]
    private static partial void LogRun(ILogger logger, string model_type, string reason);

    [LoggerMessage(EventName = "pipeline_cancelled", Level = LogLevel.Information, Message = "The pipeline is cancelled by hand")]
    private static partial void LogPipeline(ILogger logger);
}
