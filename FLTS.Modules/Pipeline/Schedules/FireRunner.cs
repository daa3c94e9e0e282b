using System.Diagnostics;
using System.Text.Json;
using FLTS.Modules.Registry.Schedules;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline.Schedules;

/// <summary>Starts what is due. What it finds in the rows says what to do, so that it goes on wherever another one stopped.</summary>
internal sealed partial class FireRunner(
    ScheduleFires fires, IScheduledPipelines pipelines, ScheduleMetrics metrics, TimeProvider time, ILogger<FireRunner> logger)
{
    /// <summary>Longest wait between two tries while a part is away, in seconds.</summary>
    private const double LongestWait = 300;

    /// <summary>Writes the due times that have come since the last look.</summary>
    public async Task AddDueAsync(ScheduleRow schedule, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var times = DueTimes.Of(ScheduleDefinition.Of(schedule));
        var (due, count) = (new Queue<DateTimeOffset>(), 0);
        foreach (var at in times.After(schedule.DueThrough).TakeWhile(t => t <= now))
        {
            count++;
            due.Enqueue(at.ToUniversalTime());
            if (due.Count > ScheduleFires.MostKept)
                due.Dequeue();
        }

        if (count == 0 || await fires.AddAsync(schedule, [.. due], times.FireAt(due.Last()), cancellation) is not { } missed)
            return;

        missed += count - due.Count;
        metrics.Count(FireOutcome.Missed, missed);
        if (missed > 0)
            LogMissed(logger, schedule.Name, missed, due.Last());
    }

    /// <summary>Starts a fire that waits, or says why not.</summary>
    public async Task RunAsync(ScheduleRow schedule, ScheduleFireRow fire, CancellationToken cancellation)
    {
        using var trace = FltsTraces.Begin("fire", ActivityKind.Producer, []);
        trace?.SetTag("schedule", schedule.Name.Value);
        if (schedule.Overlap == ScheduleOverlap.Skip && await fires.UnfinishedAsync(schedule.Name, cancellation) is { } running)
        {
            var reason = $"Pipeline {running}, which the schedule started before, is unfinished; 'overlap' is 'skip'.";
            Tell(await fires.EndAsync(fire, FireOutcome.SkippedOverlap, running, reason, cancellation));
            return;
        }

        try
        {
            using var request = JsonDocument.Parse(schedule.Request);
            var id = new FireId(fire.Schedule, fire.DueAt);
            if (await pipelines.StartAsync(request.RootElement, id, cancellation) is not { } posted)
                return;

            metrics.Count(posted.IsUnchanged ? FireOutcome.SkippedNoData : FireOutcome.Started);
            using var scope = LogScope.Begin(logger, ("pipeline_id", posted.Pipeline.PipelineId.Value));
            if (posted.IsUnchanged)
                LogSkipped(logger, schedule.Name, fire.DueAt, "The same data and options are a pipeline already.");
            else
                LogFired(logger, schedule.Name, fire.DueAt);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await FailAsync(fire, e, cancellation);
        }
    }

    /// <summary>Says of fires whose pipelines have ended how they ended.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        foreach (var ended in await fires.SettleAsync(cancellation))
            Tell(ended);
    }

    private async Task FailAsync(ScheduleFireRow fire, Exception exception, CancellationToken cancellation)
    {
        var fault = StepFault.Of(exception, "schedule", Activity.Current?.TraceId.ToString() ?? "none");
        var isUnforeseen = fault.Kind == StepFaultKind.Unforeseen;
        var isAway = fault.Kind == StepFaultKind.Away || exception is TooManyException;
        if (isAway || (isUnforeseen && fire.Faults + 1 < StepFault.MostUnforeseen))
        {
            var until = time.GetUtcNow() + Backoff.Delay(fire.Tries + 1, LongestWait, fire.Schedule.Value);
            await fires.PostponeAsync(fire, until, isUnforeseen, fault.Reason, cancellation);
            LogPostponed(logger, fire.Schedule, fire.DueAt, until, fault.Reason, fault.ToLog);
            return;
        }

        Tell(await fires.EndAsync(fire, FireOutcome.Failed, null, fault.Reason, cancellation));
    }

    private void Tell(EndedFire? ended)
    {
        if (ended is not { } end)
            return;

        metrics.Count(end.Outcome);
        if (end.Outcome == FireOutcome.SkippedOverlap)
            LogSkipped(logger, end.Fire.Schedule, end.Fire.DueAt, end.Reason);
        if (end.Outcome == FireOutcome.Failed)
            LogFailed(logger, end.Fire.Schedule, end.Fire.DueAt, end.Reason);
        if (end.IsPaused)
            LogPaused(logger, end.Fire.Schedule, ScheduleFires.MostFailures);
    }

    [LoggerMessage(EventName = "schedule_fired", Level = LogLevel.Information, Message = "Schedule {schedule}, due {due_at:O}: started")]
    private static partial void LogFired(ILogger logger, ScheduleName schedule, DateTimeOffset due_at);

    [LoggerMessage(
        EventName = "schedule_skipped", Level = LogLevel.Information, Message = "Schedule {schedule}, due {due_at:O}: skipped. {reason}")]
    private static partial void LogSkipped(ILogger logger, ScheduleName schedule, DateTimeOffset due_at, string? reason);

    [LoggerMessage(
        EventName = "schedule_missed",
        Level = LogLevel.Warning,
        Message = "Schedule {schedule}: {count} due times were missed, no process looked; the latest, {due_at:O}, is started now")]
    private static partial void LogMissed(ILogger logger, ScheduleName schedule, int count, DateTimeOffset due_at);

    [LoggerMessage(
        EventName = "schedule_postponed",
        Level = LogLevel.Warning,
        Message = "Schedule {schedule}, due {due_at:O}: cannot be started now, tried again at {until:O}. {reason}")]
    private static partial void LogPostponed(
        ILogger logger, ScheduleName schedule, DateTimeOffset due_at, DateTimeOffset until, string reason, Exception? exception);

    [LoggerMessage(
        EventName = "schedule_failed", Level = LogLevel.Error, Message = "Schedule {schedule}, due {due_at:O}: failed. {reason}")]
    private static partial void LogFailed(ILogger logger, ScheduleName schedule, DateTimeOffset due_at, string? reason);

    [LoggerMessage(
        EventName = "schedule_paused",
        Level = LogLevel.Error,
        Message = "Schedule {schedule} is paused: {count} fires in a row failed. POST /schedules/{schedule}/resume, or PUT it again, "
            + "lets it go on")]
    private static partial void LogPaused(ILogger logger, ScheduleName schedule, int count);
}
