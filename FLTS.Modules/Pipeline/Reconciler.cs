using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Runs;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline;

/// <summary>
/// Looks at the rows at start and every few seconds, and starts what should be running and is not: after a crash, a lost message,
/// a store that was away. What to do is decided by <see cref="ReconcilePlan"/>; here it is only carried out.
/// </summary>
internal sealed partial class Reconciler(
    PipelineStates pipelines,
    RunRepairs repairs,
    ILeases leases,
    IJobQueues jobs,
    IStartupGate gate,
    PipelineOptions options,
    TimeProvider time,
    ILogger<Reconciler> logger) : WakeableLoop(gate, TimeSpan.FromSeconds(options.ReconcileSeconds), logger)
{
    /// <summary>
    /// When a step was last put into its queue by this process: a step that waits there is not put there again and again.
    /// </summary>
    private readonly Dictionary<string, DateTimeOffset> _queuedAt = new(StringComparer.Ordinal);

    /// <summary>One look at everything unfinished.</summary>
    internal override async Task LookAsync(CancellationToken cancellation)
    {
        var states = await pipelines.UnfinishedAsync(cancellation);
        var databaseNow = await leases.DatabaseNowAsync(cancellation);
        var now = time.GetUtcNow();
        foreach (var action in ReconcilePlan.Decide(states, now, row => LeaseRules.IsHeld(row, databaseNow)))
        {
            try
            {
                await CarryOutAsync(action, now, cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // What cannot be done for one row is no reason to leave the others.
                LogNotDone(logger, action.GetType().Name, e);
            }
        }
    }

    private async Task CarryOutAsync(ReconcileAction action, DateTimeOffset now, CancellationToken cancellation)
    {
        switch (action)
        {
            case ReconcileAction.Preprocess(var dataset) when ShouldQueue(dataset.ConfigHash.Value, dataset, now):
                LogResumed(logger, "preprocess", dataset.ConfigHash, null, null, dataset.Identifier);
                jobs.Preprocess(dataset.ConfigHash, dataset.Identifier);
                break;
            case ReconcileAction.Train(var run) when ShouldQueue(run.RunId.Value, run, now):
                LogResumed(logger, "train", run.ConfigHash, run.RunId, null, run.Identifier);
                jobs.Train(run.RunId, run.ModelType, run.Identifier, run.ConfigHash);
                break;
            case ReconcileAction.Evaluate(var pipeline) when ShouldQueue($"{pipeline.PipelineId}/{pipeline.Revision}", pipeline, now):
                LogResumed(logger, "evaluate", pipeline.ConfigHash, null, pipeline.PipelineId, pipeline.Identifier);
                jobs.Evaluate(pipeline.PipelineId, pipeline.Identifier, pipeline.ConfigHash, EvaluationWake.Reconciler);
                break;
            case ReconcileAction.Retrain(var corrupt):
                if (await repairs.ReplaceAsync(corrupt, cancellation) is { } next)
                {
                    LogRetrain(logger, corrupt.ModelType, corrupt.RunId, next.RunId, corrupt.ConfigHash, corrupt.Identifier);
                    if (ShouldQueue(next.RunId.Value, next, now))
                        jobs.Train(next.RunId, next.ModelType, next.Identifier, next.ConfigHash);
                }

                break;
            case ReconcileAction.FailRun(var run, var reason):
                await repairs.FailQueuedAsync(run, reason, cancellation);
                break;
        }
    }

    /// <summary>Each take-over and each try is queued once at once, and again only when it has not begun for a while.</summary>
    private bool ShouldQueue(string id, ILeased row, DateTimeOffset now)
    {
        var key = $"{id}/{row.LeaseToken}/{row.Tries}";
        if (_queuedAt.TryGetValue(key, out var at) && now - at < TimeSpan.FromSeconds(options.RequeueSeconds))
            return false;

        foreach (var old in _queuedAt.Where(q => now - q.Value > TimeSpan.FromHours(1)).Select(q => q.Key).ToList())
            _queuedAt.Remove(old);

        _queuedAt[key] = now;
        return true;
    }

    [LoggerMessage(EventName = "reconcile_resumed", Level = LogLevel.Information, Message = "{stage} is due and not running: queued (config_hash {config_hash}, run_id {run_id}, pipeline_id {pipeline_id}, identifier {identifier})")]
    private static partial void LogResumed(ILogger logger, string stage, ConfigHash config_hash, RunId? run_id, PipelineId? pipeline_id, Identifier identifier);

    [LoggerMessage(Level = LogLevel.Error, Message = "{action} failed; it is tried again at the next look.")]
    private static partial void LogNotDone(ILogger logger, string action, Exception exception);

    [LoggerMessage(EventName = "train_once_more", Level = LogLevel.Warning, Message = "What {model_type} run {run_id} stored is corrupt: it is trained once more as run {next_run_id} (config_hash {config_hash}, identifier {identifier})")]
    private static partial void LogRetrain(ILogger logger, string model_type, RunId run_id, RunId next_run_id, ConfigHash config_hash, Identifier identifier);
}
