using Hangfire.Common;

namespace FLTS.Host.Hosting;

/// <summary>Hangfire's filters with ours, for this host alone: its global list is shared by every host in a process.</summary>
internal sealed class JobFilters(RerunOnRequeue requeue, JobTraces traces) : IJobFilterProvider
{
    public IEnumerable<JobFilter> GetFilters(Job job) =>
    [
        .. JobFilterProviders.Providers.GetFilters(job),
        new JobFilter(requeue, JobFilterScope.Global, null),
        new JobFilter(traces, JobFilterScope.Global, null),
    ];
}
