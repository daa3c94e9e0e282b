using Hangfire;

namespace FLTS.Host.Hosting;

/// <summary>Which queues are worked on, as Hangfire's servers say it of themselves.</summary>
internal sealed class QueueServers(JobStorage storage) : IQueueServers
{
    public DateTimeOffset? LastServed(string queue) => storage.GetMonitoringApi().Servers()
        .Where(s => s.Queues.Contains(queue, StringComparer.Ordinal))
        .Max(s => (DateTimeOffset?)new DateTimeOffset(Utc(s.Heartbeat ?? s.StartedAt)));

    private static DateTime Utc(DateTime at) =>
        at.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(at, DateTimeKind.Utc) : at.ToUniversalTime();
}
