using Hangfire;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;

namespace FLTS.Host.Hosting;

/// <summary>
/// A Hangfire server of workers alone, put together from its parts: nothing is scheduled or recurs here, and Hangfire's own
/// <see cref="BackgroundJobServer"/> lets a worker rest n² seconds, up to 5 minutes, after the n-th fault in a row, so that the longer a
/// database was away, the longer nobody works when it is back.
/// </summary>
internal static class JobServer
{
    /// <summary>How long a worker rests after a fault of the storage.</summary>
    private static readonly TimeSpan _rest = TimeSpan.FromSeconds(2);

    /// <summary>Starts the workers of a queue.</summary>
    /// <param name="storage">Where the jobs are.</param>
    /// <param name="activator">Makes what does them.</param>
    /// <param name="around">Filters around each job.</param>
    /// <param name="module">Whose queue it is.</param>
    /// <param name="queue">The queue.</param>
    public static BackgroundProcessingServer Start(
        JobStorage storage, JobActivator activator, IJobFilterProvider around, string module, JobQueue queue)
    {
        string[] queues = [queue.Name];
        var worker = new Worker(
            queues,
            new BackgroundJobPerformer(around, activator, TaskScheduler.Default),
            new BackgroundJobStateChanger(JobFilterProviders.Providers));
        return new BackgroundProcessingServer(
            storage,
            [worker.UseBackgroundPool(queue.Workers)],
            new Dictionary<string, object> { ["Queues"] = queues, ["WorkerCount"] = queue.Workers },
            new BackgroundProcessingServerOptions
            {
                ServerName = $"{Environment.MachineName}:{module}",
                HeartbeatInterval = TimeSpan.FromSeconds(10),
                RetryDelay = _ => _rest,
                RestartDelay = _rest,

                // Jobs are re-entrant: they are told to stop and not waited for long.
                StopTimeout = TimeSpan.FromSeconds(1),
                ShutdownTimeout = TimeSpan.FromSeconds(5),
                CancellationCheckInterval = TimeSpan.FromSeconds(1),
            });
    }
}
