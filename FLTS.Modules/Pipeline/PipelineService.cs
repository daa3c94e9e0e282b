using FLTS.Modules.Registry.Pipelines;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline;

/// <summary>Starts pipelines: has the rows written and wakes the Reconciler.</summary>
internal sealed partial class PipelineService(
    PipelinePosting posting, PipelinePlanner planner, Reconciler reconciler, PipelineOptions options, ILogger<PipelineService> logger)
{
    /// <summary>Starts what the request describes, or finds that it is already there.</summary>
    /// <exception cref="TooManyException">More unfinished pipelines than allowed.</exception>
    public async Task<StartedPipeline> StartAsync(PipelineRequest request, CancellationToken cancellation)
    {
        var plan = await planner.PlanAsync(request, cancellation);
        using var scope = LogScope.Begin(logger, ("config_hash", plan.Data.ConfigHash.Value), ("identifier", plan.Data.Identifier.Value));
        var (pipeline, isUnchanged, knownRuns) = await posting.PostAsync(plan, options.MaxUnfinished, cancellation);
        foreach (var run in knownRuns)
        {
            using (LogScope.Begin(logger, ("run_id", run.RunId.Value)))
                LogDuplicate(logger, run.ModelType);
        }

        if (isUnchanged)
        {
            using (LogScope.Begin(logger, ("pipeline_id", pipeline.PipelineId.Value)))
                LogSamePipeline(logger);
        }

        reconciler.Wake();
        return new StartedPipeline(
            pipeline.PipelineId, pipeline.ConfigHash, pipeline.Identifier, pipeline.Sequence, $"/pipelines/{pipeline.PipelineId}");
    }

    [LoggerMessage(
        EventName = "train_skip_duplicate",
        Level = LogLevel.Information,
        Message = "{model_type} with these hyperparameters has a run: not trained again")]
    private static partial void LogDuplicate(ILogger logger, string model_type);

    [LoggerMessage(
        EventName = "skip_idempotent",
        Level = LogLevel.Information,
        Message = "The pipeline was asked for again: nothing new to do")]
    private static partial void LogSamePipeline(ILogger logger);
}
