using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline;

/// <summary>Runs again what has ended, and wakes the Reconciler, which starts it.</summary>
internal sealed partial class RerunService(PipelineReruns reruns, Reconciler reconciler, ILogger<RerunService> logger) : IReruns
{
    /// <summary>Trains a run again as the next generation of its identity, in the newest pipeline that has it.</summary>
    /// <exception cref="NotFoundException">No such run.</exception>
    /// <exception cref="ConflictException">It, or a newer generation of it, has not ended.</exception>
    public Task<RerunRun> RerunRunAsync(RunId runId, CancellationToken cancellation) => RerunRunAsync(runId, RunCause.Rerun, cancellation);

    private async Task<RerunRun> RerunRunAsync(RunId runId, RunCause cause, CancellationToken cancellation)
    {
        var (next, pipeline) = await reruns.RunAsync(runId, cause, cancellation);
        using var scope = LogScope.Begin(
            logger,
            ("run_id", runId.Value),
            ("pipeline_id", pipeline.PipelineId.Value),
            ("config_hash", next.ConfigHash.Value),
            ("identifier", next.Identifier.Value));
        LogRun(logger, next.ModelType, next.RunId);
        reconciler.Wake();
        return new RerunRun(next.RunId, runId, next.Generation, pipeline.PipelineId, $"/runs/{next.RunId}");
    }

    /// <summary>
    /// Runs an ended pipeline again from a stage on: <c>evaluate</c> makes a new attempt on the models that are there, <c>train</c> trains
    /// all its types
    /// anew, <c>preprocess</c> prepares the data before that.
    /// </summary>
    /// <exception cref="NotFoundException">No such pipeline.</exception>
    /// <exception cref="ConflictException">It has not ended, or the stage lacks what it starts from.</exception>
    public async Task<RerunPipeline> RerunPipelineAsync(PipelineId pipelineId, RerunStage stage, CancellationToken cancellation)
    {
        var (pipeline, runs) = await reruns.PipelineAsync(pipelineId, stage, cancellation);
        using var scope = LogScope.Begin(
            logger,
            ("pipeline_id", pipelineId.Value),
            ("config_hash", pipeline.ConfigHash.Value),
            ("identifier", pipeline.Identifier.Value));
        var word = SnakeCase.Of(stage);
        LogPipeline(logger, word);
        reconciler.Wake();
        return new RerunPipeline(pipelineId, word, pipeline.Sequence, [.. runs.Select(r => r.RunId)], $"/pipelines/{pipelineId}");
    }

    /// <inheritdoc />
    async Task<string> IReruns.RunAsync(RunId runId, CancellationToken cancellation) =>
        $"run {(await RerunRunAsync(runId, cancellation)).RunId}";

    /// <inheritdoc />
    async Task<string> IReruns.CorruptAsync(RunId runId, CancellationToken cancellation) =>
        $"run {(await RerunRunAsync(runId, RunCause.Invalid, cancellation)).RunId}";

    /// <inheritdoc />
    async Task<string> IReruns.EvaluationAsync(PipelineId pipelineId, CancellationToken cancellation) =>
        $"pipeline {(await RerunPipelineAsync(pipelineId, RerunStage.Evaluate, cancellation)).PipelineId}";

    /// <inheritdoc />
    async Task<string> IReruns.PreprocessingAsync(ConfigHash configHash, CancellationToken cancellation)
    {
        var newest = await reruns.NewestOfAsync(configHash, cancellation);
        return $"pipeline {(await RerunPipelineAsync(newest, RerunStage.Preprocess, cancellation)).PipelineId}";
    }

    [LoggerMessage(
        EventName = "run_rerun",
        Level = LogLevel.Information,
        Message = "The {model_type} run is trained again as run {next_run_id}")]
    private static partial void LogRun(ILogger logger, string model_type, RunId next_run_id);

    [LoggerMessage(EventName = "pipeline_rerun", Level = LogLevel.Information, Message = "The pipeline is run again from stage {stage}")]
    private static partial void LogPipeline(ILogger logger, string stage);
}
