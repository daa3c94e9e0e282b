namespace FLTS.Modules.Registry.Schedules;

/// <summary>A due time of a schedule.</summary>
internal readonly record struct FireId(ScheduleName Schedule, DateTimeOffset DueAt);
