using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;

namespace FLTS.Host.Hosting;

/// <summary>Hangfire: a queue a module, few workers, no retries of its own (only rows retry).</summary>
internal static class Jobs
{
    /// <summary>
    /// A worker locks a job for the few statements that change its state. A lock that an outage left behind keeps the worker that comes to
    /// the job, the only one of its queue, waiting for so long (Hangfire's own 10 minutes). Who loses a lock in use does no harm: the lease
    /// decides who works.
    /// </summary>
    public static readonly TimeSpan OldestLock = TimeSpan.FromSeconds(20);

    public static IServiceCollection AddFltsJobs(this IServiceCollection services, HostSettings settings, IConfiguration configuration)
    {
        services.AddSingleton<RerunOnRequeue>();
        services.AddSingleton<JobTraces>();
        services.AddSingleton<IJobFilterProvider, JobFilters>();

        // Of this server: the library's own are the process's, and of two servers in one (tests) one would do the jobs of both.
        services.AddSingleton<JobActivator>(p => new AspNetCoreJobActivator(p.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton<JobStorage>(_ => settings.JobsInPostgres
            ? Postgres(() => ServerCredentials.Postgres(configuration)!)
            : new InMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = TimeSpan.FromHours(6) }));
        services.AddHangfire((provider, hangfire) => hangfire.SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UseFilter(new AutomaticRetryAttribute { Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Fail })
            .UseStorage(provider.GetRequiredService<JobStorage>()));
        if (settings.JobsInPostgres)
            services.AddSingleton<IPart>(new JobStoragePart(() => ServerCredentials.Postgres(configuration)!));
        services.AddSingleton<IJobQueues, JobQueues>();
        services.AddSingleton<IQueueServers, QueueServers>();
        services.AddSingleton<UnloadableJobs>();
        services.AddHostedService(p => ActivatorUtilities.CreateInstance<JobWorkers>(p, settings));
        return services;
    }

    /// <summary>Hangfire's tables in PostgreSQL.</summary>
    /// <param name="connection">Gives the connection string as it is set now.</param>
    public static PostgreSqlStorage Postgres(Func<string> connection)
    {
        var options = new PostgreSqlStorageOptions
        {
            // The gate does it (JobStoragePart): the process must start, and say what is missing, while PostgreSQL is away.
            PrepareSchemaIfNecessary = false,

            // The lease decides who works, whatever Hangfire believes; this only keeps a long training from being handed out again.
            UseSlidingInvisibilityTimeout = true,
            QueuePollInterval = TimeSpan.FromSeconds(1),
            DistributedLockTimeout = OldestLock,
        };
        return new PostgreSqlStorage(new NpgsqlConnectionFactory(connection, options), options);
    }
}
