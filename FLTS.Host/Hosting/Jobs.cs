using Hangfire;
using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Hangfire.States;
using Npgsql;

namespace FLTS.Host.Hosting;

/// <summary>Hangfire: a queue a module, few workers, no retries of its own (only rows retry).</summary>
internal static class Jobs
{
    public static IServiceCollection AddFltsJobs(this IServiceCollection services, HostSettings settings, IConfiguration configuration)
    {
        services.AddSingleton<RerunOnRequeue>();
        services.AddSingleton<IJobFilterProvider, JobFilters>();
        services.AddHangfire(hangfire =>
        {
            hangfire.SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
                .UseSimpleAssemblyNameTypeSerializer()
                .UseRecommendedSerializerSettings()
                .UseFilter(new AutomaticRetryAttribute { Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Fail });
            if (settings.JobsInPostgres)
            {
                hangfire.UsePostgreSqlStorage(
                    o => o.UseNpgsqlConnection(() => DatabaseConnection(configuration)),
                    new PostgreSqlStorageOptions
                    {
                        // The gate does it (JobStoragePart): the process must start, and say what is missing, while PostgreSQL is away.
                        PrepareSchemaIfNecessary = false,

                        // The lease decides who works, whatever Hangfire believes; this only keeps a long training from being handed out again.
                        UseSlidingInvisibilityTimeout = true,
                        QueuePollInterval = TimeSpan.FromSeconds(1),
                    });
            }
            else
            {
                hangfire.UseInMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = TimeSpan.FromHours(6) });
            }
        });
        if (settings.JobsInPostgres)
            services.AddSingleton<IPart>(new JobStoragePart(() => DatabaseConnection(configuration)));
        services.AddSingleton<IJobQueues, JobQueues>();
        services.AddHostedService(p => ActivatorUtilities.CreateInstance<JobWorkers>(p, settings));
        return services;
    }

    /// <summary>As it is set now: what an operator changes is used for the next connection.</summary>
    private static string DatabaseConnection(IConfiguration configuration) => configuration["Database:ConnectionString"]!;
}

/// <summary>Hangfire's tables in PostgreSQL.</summary>
internal sealed class JobStoragePart(Func<string> connection) : IPart
{
    public string Name => "jobs";

    public async Task ProveAsync(CancellationToken cancellation)
    {
        await using var open = new NpgsqlConnection(connection());
        await open.OpenAsync(cancellation);
        PostgreSqlObjectsInstaller.Install(open);
    }

    public async Task CheckAsync(CancellationToken cancellation)
    {
        await using var open = new NpgsqlConnection(connection());
        await open.OpenAsync(cancellation);
    }
}

/// <summary>One Hangfire server a module with a queue, started when the gate opens and what is promoted is served.</summary>
internal sealed class JobWorkers(IServiceProvider services, IStartupGate gate, IEnumerable<IServingState> serving, HostSettings settings) : BackgroundService
{
    private static readonly TimeSpan _servingFirst = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.OpenedAsync(stoppingToken);

        // Serving first: work that kills its process must not take forecasts down with it at every start.
        await Task.WhenAny(Task.WhenAll(serving.Select(s => s.Settled)), Task.Delay(_servingFirst, stoppingToken));
        stoppingToken.ThrowIfCancellationRequested();
        var storage = services.GetRequiredService<JobStorage>();
        var activator = services.GetRequiredService<JobActivator>();
        var servers = settings.Modules.Where(m => m.Queue is not null).Select(m => new BackgroundJobServer(
            new BackgroundJobServerOptions
            {
                ServerName = $"{Environment.MachineName}:{m.Name}",
                Queues = [m.Queue!.Name],
                WorkerCount = m.Queue.Workers,
                Activator = activator,
                SchedulePollingInterval = TimeSpan.FromSeconds(5),

                // Jobs are re-entrant: they are told to stop and not waited for long.
                StopTimeout = TimeSpan.FromSeconds(1),
                ShutdownTimeout = TimeSpan.FromSeconds(5),
                CancellationCheckInterval = TimeSpan.FromSeconds(1),
            },
            storage)).ToList();
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
}

/// <summary>Puts steps into the queues of the modules that do them.</summary>
internal sealed class JobQueues(IBackgroundJobClient client) : IJobQueues
{
    public void Enqueue(StepTask task, StepWake wake) => client.Create(
        Job.FromExpression<IStepJob>(j => j.RunAsync(task.Step, task.Id, task.Label, wake, CancellationToken.None)), new EnqueuedState(task.Queue));
}
