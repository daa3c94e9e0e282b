using Hangfire;
using Hangfire.States;
using Hangfire.Storage;

namespace FLTS.Host.Hosting;

/// <summary>
/// Stored jobs that this version cannot load, because their type, method or arguments are of another one. Hangfire would fail each with an
/// error; they are deleted before any worker starts, and the Reconciler queues again what is due, as jobs of this version.
/// </summary>
internal sealed partial class UnloadableJobs(JobStorage storage, IBackgroundJobClient client, ILogger<UnloadableJobs> logger)
{
    private const int Page = 1000;

    /// <summary>Returns how many were deleted.</summary>
    public int Delete()
    {
        var monitoring = storage.GetMonitoringApi();

        // Found before any is deleted: deleting would shift the pages.
        var found = Waiting(monitoring).ToHashSet(StringComparer.Ordinal);
        var deleted = found.Count(id =>
            client.ChangeState(id, new DeletedState { Reason = "Of another version of FLTS: it cannot be loaded." }));
        if (deleted > 0)
            LogDeleted(logger, deleted);

        return deleted;
    }

    private static IEnumerable<string> Waiting(IMonitoringApi monitoring) =>
    [
        // A deleted job stays in its queue until a worker comes to it.
        .. monitoring.Queues()
            .SelectMany(q => Unloadable(
                (from, count) => monitoring.EnqueuedJobs(q.Name, from, count),
                j => j.Job is null && j.State != DeletedState.StateName)
                .Concat(Unloadable(
                    (from, count) => monitoring.FetchedJobs(q.Name, from, count),
                    j => j.Job is null && j.State != DeletedState.StateName))),
        .. Unloadable(monitoring.ScheduledJobs, j => j.Job is null),
        .. Unloadable(monitoring.ProcessingJobs, j => j.Job is null),
    ];

    private static IEnumerable<string> Unloadable<TJob>(
        Func<int, int, IEnumerable<KeyValuePair<string, TJob>>> read, Func<TJob, bool> isUnloadable)
    {
        for (var from = 0; ; from += Page)
        {
            var page = read(from, Page).ToList();
            foreach (var (id, job) in page)
            {
                // A row without a job is of one that ended meanwhile.
                if (job is not null && isUnloadable(job))
                    yield return id;
            }

            if (page.Count < Page)
                yield break;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        EventName = "unloadable_jobs_deleted",
        Message = "{count} stored jobs of another version were deleted; what is due is queued again")]
    private static partial void LogDeleted(ILogger logger, int count);
}
