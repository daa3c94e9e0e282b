using System.Diagnostics;
using System.Text.Json;
using FLTS.Modules.Pipeline.Schedules;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schedules;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline;

/// <summary>Starts pipelines: has the rows written and wakes the Reconciler.</summary>
internal sealed partial class PipelineService(
    PipelinePosting posting,
    PipelinePlanner planner,
    PipelineOrders orders,
    Reconciler reconciler,
    PipelineOptions options,
    ILogger<PipelineService> logger) : IScheduledPipelines, IRetraining
{
    /// <summary>Starts what the request describes, or finds that it is already there.</summary>
    /// <exception cref="TooManyException">More unfinished pipelines than allowed.</exception>
    public async Task<StartedPipeline> StartAsync(PipelineRequest request, CancellationToken cancellation)
    {
        var pipeline = (await PostAsync(request, null, cancellation))!.Pipeline;
        return new StartedPipeline(
            pipeline.PipelineId, pipeline.ConfigHash, pipeline.Identifier, pipeline.Sequence, $"/pipelines/{pipeline.PipelineId}");
    }

    /// <inheritdoc />
    Task IScheduledPipelines.PlanAsync(JsonElement request, CancellationToken cancellation) =>
        planner.PlanAsync(PipelineRequest.Parse(request), cancellation);

    /// <inheritdoc />
    Task<PostedPipeline?> IScheduledPipelines.StartAsync(JsonElement request, FireId fire, CancellationToken cancellation) =>
        PostAsync(PipelineRequest.Parse(request), fire, cancellation);

    /// <inheritdoc />
    public async Task<PostedPipeline?> RetrainAsync(RunId run, IPostingClaim claim, CancellationToken cancellation) =>
        await PostAsync(PipelineRequest.Parse(await orders.OfAsync(run, cancellation)), claim, cancellation);

    private async Task<PostedPipeline?> PostAsync(PipelineRequest request, IPostingClaim? claim, CancellationToken cancellation)
    {
        var plan = await planner.PlanAsync(request, cancellation);
        using var scope = LogScope.Begin(logger, ("config_hash", plan.Data.ConfigHash.Value), ("identifier", plan.Data.Identifier.Value));
        if (await posting.PostAsync(plan, options.MaxUnfinished, claim, cancellation) is not { } posted)
            return null;

        foreach (var run in posted.KnownRuns)
        {
            using (LogScope.Begin(logger, ("run_id", run.RunId.Value)))
                LogDuplicate(logger, run.ModelType);
        }

        if (posted.IsUnchanged)
        {
            using (LogScope.Begin(logger, ("pipeline_id", posted.Pipeline.PipelineId.Value)))
                LogSamePipeline(logger);
        }

        Activity.Current?.SetTag("pipeline_id", posted.Pipeline.PipelineId.Value);
        reconciler.Wake();
        return posted;
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
