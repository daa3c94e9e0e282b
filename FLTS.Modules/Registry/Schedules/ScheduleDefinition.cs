using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Schedules;

/// <summary>What somebody wants started again and again; everything in it was checked.</summary>
/// <param name="Name">Of the schedule.</param>
/// <param name="Cron">Five fields.</param>
/// <param name="Zone">IANA zone whose clock <paramref name="Cron"/> means.</param>
/// <param name="JitterSeconds">Seconds within which a due time is put off.</param>
/// <param name="Overlap">What is done while the last pipeline is unfinished.</param>
/// <param name="Request">The request of a pipeline, as canonical JSON.</param>
internal sealed record ScheduleDefinition(
    ScheduleName Name, string Cron, string Zone, int JitterSeconds, ScheduleOverlap Overlap, string Request)
{
    public static ScheduleDefinition Of(ScheduleRow row) => new(
        row.Name, row.Cron, row.Zone, row.JitterSeconds, row.Overlap, row.Request);
}
