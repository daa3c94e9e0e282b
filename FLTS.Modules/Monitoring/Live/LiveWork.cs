using FLTS.Modules.Monitoring.Decisions;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>
/// A turn of a station: who is to be scored, what came, what it says of their forecasts. A long backlog takes several turns, so that the
/// other stations come between them.
/// </summary>
internal sealed partial class LiveWork(
    LiveStep step,
    LiveCast cast,
    LiveModels models,
    LiveTurns turns,
    LiveDecisions decisions,
    IJobQueues jobs,
    ILogger<LiveWork> logger) : StepWork<LiveStationRow>(step)
{
    public override Task<bool> IsReadyAsync(LiveStationRow row, CancellationToken cancellation) =>
        step.IsDueAsync(row.Identifier, cancellation);

    /// <summary>One at a time in a process: they share the models in memory.</summary>
    public override Task<IDisposable?> EnterAsync(LiveStationRow row, CancellationToken cancellation) => models.EnterAsync(cancellation);

    public override async Task DoAsync(Execution<LiveStationRow> execution)
    {
        var scored = await cast.EnterAsync(execution);
        var turn = await turns.NextAsync(execution.Row, scored, execution.Working);
        TakenAwayException.Unless(await step.ScoredAsync(execution.Lease, turn, execution.Working));
        if (turn.Hours.Count > 0)
            LogScored(logger, turn.Hours.Count, turn.Progress.ScoredTo);
        await DecideAsync(execution);
        if (await step.IsDueAsync(execution.Row.Identifier, execution.Process))
            jobs.Enqueue(step.Task(execution.Row), StepWake.Event);
    }

    /// <summary>What is scored stays scored, whatever comes of looking at it; what is not decided now is with the next rows.</summary>
    private async Task DecideAsync(Execution<LiveStationRow> execution)
    {
        try
        {
            await decisions.LookAsync(execution.Row.Identifier, execution.Working);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotDecided(logger, e);
        }
    }

    [LoggerMessage(
        EventName = "live_not_decided",
        Level = LogLevel.Warning,
        Message = "Live errors are written, and could not be looked at; that is done with the next ones")]
    private static partial void LogNotDecided(ILogger logger, Exception exception);

    [LoggerMessage(
        EventName = "live_scored", Level = LogLevel.Debug, Message = "{hours} hours of models and leads were scored, up to {scored_to}")]
    private static partial void LogScored(ILogger logger, int hours, DateTimeOffset? scored_to);
}
