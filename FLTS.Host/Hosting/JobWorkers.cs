using Hangfire;
using Hangfire.Common;

namespace FLTS.Host.Hosting;

/// <summary>One Hangfire server a module with a queue, started when the gate opens and what is promoted is served.</summary>
internal sealed partial class JobWorkers(
    IServiceProvider services,
    IStartupGate gate,
    IEnumerable<IServingState> serving,
    HostSettings settings,
    ILogger<JobWorkers> logger) : BackgroundService
{
    private static readonly TimeSpan _servingFirst = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.OpenedAsync(stoppingToken);

        // Serving first: work that kills its process must not take forecasts down with it at every start.
        await Task.WhenAny(Task.WhenAll(serving.Select(s => s.Settled)), Task.Delay(_servingFirst, stoppingToken));
        stoppingToken.ThrowIfCancellationRequested();
        DeleteUnloadable();
        var storage = services.GetRequiredService<JobStorage>();
        var activator = services.GetRequiredService<JobActivator>();
        var around = services.GetRequiredService<IJobFilterProvider>();
        var servers = settings.Modules.Where(m => m.Queue is not null)
            .Select(m => JobServer.Start(storage, activator, around, m.Name, m.Queue!))
            .ToList();
        try
        {
            await Task.Delay(Timeout.Infinite, stoppingToken);
        }
        finally
        {
            foreach (var server in servers)
                server.SendStop();
            foreach (var server in servers)
                server.Dispose();
        }
    }

    private void DeleteUnloadable()
    {
        try
        {
            services.GetRequiredService<UnloadableJobs>().Delete();
        }
        catch (Exception e)
        {
            // Nobody is held up by it: a job that cannot be loaded fails when its turn comes.
            LogNotDeleted(logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stored jobs of another version could not be looked for")]
    private static partial void LogNotDeleted(ILogger logger, Exception exception);
}
