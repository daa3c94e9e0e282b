using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Monitoring.Decisions;

/// <summary>
/// Does what events say is to be done. What it finds in the rows says what that is, so that it goes on wherever another one stopped, and
/// does nothing twice.
/// </summary>
/// <param name="events">Their rows.</param>
/// <param name="retraining">None where this process starts no pipelines.</param>
/// <param name="promotions">None where this process does not evaluate.</param>
/// <param name="logger">Of what was done.</param>
internal sealed partial class DriftActs(
    DriftEvents events, IEnumerable<IRetraining> retraining, IEnumerable<IPromotionCommands> promotions, ILogger<DriftActs> logger)
{
    /// <summary>Whether this process can do it.</summary>
    public bool Can(DriftAction action) => action switch
    {
        DriftAction.Retrain => retraining.Any(),
        DriftAction.Rollback => promotions.Any(),
        _ => true,
    };

    /// <summary>Everything that is still to be done for a station.</summary>
    /// <returns>Something was: the champion may be another one now.</returns>
    public async Task<bool> DoAsync(WatchedStation station, CancellationToken cancellation)
    {
        var waiting = (await events.WaitingAsync(station.Identifier, cancellation)).Where(e => Can(e.Action)).ToList();
        foreach (var row in waiting)
        {
            using var scope = LogScope.Begin(logger, ("identifier", row.Identifier.Value), ("run_id", row.RunId.Value));
            try
            {
                await (row.Action == DriftAction.Retrain ? RetrainAsync(row, cancellation) : RollBackAsync(station, row, cancellation));
            }
            catch (Exception e) when (e is UnavailableException or TooManyException)
            {
                LogPutOff(logger, row.Action, e.Message); // It is still to be done: whoever looks next does it.
            }
            catch (FltsException e)
            {
                await GiveUpAsync(row, e.Message, cancellation);
            }
        }

        return waiting.Count > 0;
    }

    private async Task RetrainAsync(DriftEventRow row, CancellationToken cancellation)
    {
        if (await retraining.First().RetrainAsync(row.RunId, new DriftClaim(row.EventId), cancellation) is not { } posted)
            return;

        FaultPoint.Reach("drift.retrained");
        using var scope = LogScope.Begin(logger, ("pipeline_id", posted.Pipeline.PipelineId.Value));
        LogRetrained(logger, row.Kind);
    }

    private async Task RollBackAsync(WatchedStation station, DriftEventRow row, CancellationToken cancellation)
    {
        // Who was killed behind the promotion left the event as it was.
        if (await events.RollbackOfAsync(row, cancellation) is { } done)
        {
            await events.EndAsync(row, done, null, cancellation);
            return;
        }

        if (station.Champion != row.RunId || station.Other is not { } better)
        {
            await events.EndAsync(row, null, "The champion is another one since.", cancellation);
            return;
        }

        var promoted = await promotions.First().RollBackLiveAsync(row.Identifier, row.RunId, better, row.Reason, cancellation);
        FaultPoint.Reach("drift.rolled-back");
        await events.EndAsync(row, promoted.AttemptId, null, cancellation);
        LogRolledBack(logger, promoted.ModelType, promoted.RunId);
    }

    /// <summary>Refused for good; or somebody else has done it meanwhile.</summary>
    private async Task GiveUpAsync(DriftEventRow row, string reason, CancellationToken cancellation)
    {
        var done = row.Action == DriftAction.Rollback ? await events.RollbackOfAsync(row, cancellation) : null;
        await events.EndAsync(row, done, done is null ? reason : null, cancellation);
        if (done is null)
            LogGivenUp(logger, row.Action, reason);
    }

    [LoggerMessage(
        EventName = "drift_retrain", Level = LogLevel.Information, Message = "The station is trained again, because of: {kind}")]
    private static partial void LogRetrained(ILogger logger, DriftKind kind);

    [LoggerMessage(
        EventName = "drift_rollback",
        Level = LogLevel.Warning,
        Message = "Rolled back by live errors to {model_type} run {better_run_id}")]
    private static partial void LogRolledBack(ILogger logger, string model_type, RunId better_run_id);

    [LoggerMessage(
        EventName = "drift_put_off", Level = LogLevel.Warning, Message = "{action} cannot be done now and is tried again: {reason}")]
    private static partial void LogPutOff(ILogger logger, DriftAction action, string reason);

    [LoggerMessage(EventName = "drift_given_up", Level = LogLevel.Error, Message = "{action} cannot be done: {reason}")]
    private static partial void LogGivenUp(ILogger logger, DriftAction action, string reason);
}
