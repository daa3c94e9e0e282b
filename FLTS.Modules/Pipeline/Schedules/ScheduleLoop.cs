using FLTS.Modules.Registry.Schedules;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline.Schedules;

/// <summary>
/// Looks at the schedules every few seconds. Any number of processes may: each due time is written, and each fire started, by one of them.
/// </summary>
internal sealed partial class ScheduleLoop(
    ScheduleStore schedules,
    ScheduleFires fires,
    FireRunner runner,
    ScheduleSettings settings,
    ScheduleLimits limits,
    IStartupGate gate,
    ILogger<ScheduleLoop> logger) : WakeableLoop(gate, limits.Interval, logger)
{
    private bool _isFollowed;

    internal override async Task LookAsync(CancellationToken cancellation)
    {
        await FollowAsync(cancellation);
        await runner.SettleAsync(cancellation);
        var all = await schedules.AllAsync(cancellation);
        foreach (var schedule in all.Where(s => s.PausedAt is null))
            await TryAsync(schedule.Name, () => runner.AddDueAsync(schedule, cancellation));

        var byName = all.ToDictionary(s => s.Name);
        foreach (var fire in await fires.WaitingAsync(cancellation))
        {
            if (byName.TryGetValue(fire.Schedule, out var schedule))
                await TryAsync(schedule.Name, () => runner.RunAsync(schedule, fire, cancellation));
        }
    }

    /// <summary>The settings are read at start: once is enough.</summary>
    private async Task FollowAsync(CancellationToken cancellation)
    {
        if (_isFollowed)
            return;

        var (put, removed) = await schedules.FollowAsync(settings.Schedules, cancellation);
        foreach (var name in put)
            LogPut(logger, name);
        foreach (var name in removed)
            LogRemoved(logger, name);
        _isFollowed = true;
    }

    /// <summary>What cannot be done for one schedule is no reason to leave the others.</summary>
    private async Task TryAsync(ScheduleName name, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotDone(logger, name, e);
        }
    }

    [LoggerMessage(EventName = "schedule_put", Level = LogLevel.Information, Message = "Schedule {schedule} is as the settings say now")]
    private static partial void LogPut(ILogger logger, ScheduleName schedule);

    [LoggerMessage(
        EventName = "schedule_removed",
        Level = LogLevel.Information,
        Message = "Schedule {schedule} is removed: it stood in the settings, and does no more")]
    private static partial void LogRemoved(ILogger logger, ScheduleName schedule);

    [LoggerMessage(Level = LogLevel.Error, Message = "Schedule {schedule} could not be looked at; that is repeated at the next look.")]
    private static partial void LogNotDone(ILogger logger, ScheduleName schedule, Exception exception);
}
