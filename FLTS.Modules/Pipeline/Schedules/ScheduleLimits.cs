namespace FLTS.Modules.Pipeline.Schedules;

/// <param name="Interval">Between two looks at the schedules.</param>
/// <param name="Most">Schedules at most.</param>
internal sealed record ScheduleLimits(TimeSpan Interval, int Most);
