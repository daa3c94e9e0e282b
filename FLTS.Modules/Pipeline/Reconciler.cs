using System.Diagnostics;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline;

/// <summary>
/// Looks at the rows at start and every few seconds, and starts what should be running and is not: after a crash, a lost message,
/// a store that was away. What to do is decided by <see cref="ReconcilePlan"/>; here it is only carried out.
/// </summary>
internal sealed partial class Reconciler(
    ReconcilerParts parts,
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

    /// <summary>What made it look this time.</summary>
    private IReadOnlyList<ActivityContext> _wokenBy = [];

    /// <summary>One look at everything unfinished.</summary>
    internal override async Task LookAsync(CancellationToken cancellation)
    {
        _wokenBy = TakeWakers();
        var work = await parts.Work.ReadAsync(cancellation);
        var databaseNow = await parts.Leases.DatabaseNowAsync(cancellation);
        var now = time.GetUtcNow();
        foreach (var action in ReconcilePlan.Decide(work, parts.Steps, now, row => LeaseRules.IsHeld(row, databaseNow)))
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
            case ReconcileAction.Start(var start) when ShouldQueue(start, now):
                using (logger.BeginScope(start.Scope))
                    LogResumed(logger, start.Task.Step);

                Queue(start);
                break;
            case ReconcileAction.Retrain(var corrupt):
                if (await parts.Repairs.ReplaceAsync(corrupt, cancellation) is { } next)
                {
                    using (logger.BeginScope(parts.Train.Scope(corrupt)))
                        LogRetrain(logger, corrupt.ModelType, next.RunId);

                    var due = parts.Train.DueOf(next);
                    if (ShouldQueue(due, now))
                        Queue(due);
                }

                break;
            case ReconcileAction.FailRun(var run, var reason):
                await parts.Repairs.FailQueuedAsync(run, reason, cancellation);
                break;
        }
    }

    private void Queue(DueStep due)
    {
        using var trace = FltsTraces.Begin("wake", ActivityKind.Producer, _wokenBy);
        trace?.SetTag("step", due.Task.Step);
        foreach (var (name, value) in due.Scope)
            trace?.SetTag(name, value.ToString());
        jobs.Enqueue(due.Task, StepWake.Reconciler);
    }

    /// <summary>Each take-over and each try is queued once at once, and again only when it has not begun for a while.</summary>
    private bool ShouldQueue(DueStep due, DateTimeOffset now)
    {
        var key = $"{due.Task.Step}/{due.Task.Id}/{due.Turn}";
        if (_queuedAt.TryGetValue(key, out var at) && now - at < TimeSpan.FromSeconds(options.RequeueSeconds))
            return false;

        foreach (var old in _queuedAt.Where(q => now - q.Value > TimeSpan.FromHours(1)).Select(q => q.Key).ToList())
            _queuedAt.Remove(old);

        _queuedAt[key] = now;
        return true;
    }

    [LoggerMessage(EventName = "reconcile_resumed", Level = LogLevel.Information, Message = "{stage} is due and not running: queued")]
    private static partial void LogResumed(ILogger logger, string stage);

    [LoggerMessage(Level = LogLevel.Error, Message = "{action} failed; it is tried again at the next look.")]
    private static partial void LogNotDone(ILogger logger, string action, Exception exception);

    [LoggerMessage(
        EventName = "train_once_more",
        Level = LogLevel.Warning,
        Message = "What a {model_type} run stored is corrupt: it is trained once more as run {next_run_id}")]
    private static partial void LogRetrain(ILogger logger, string model_type, RunId next_run_id);
}
