using Hangfire;
using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.PostgreSql;

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

                        // The lease decides who works, whatever Hangfire believes; this only keeps a long
                        // training from being handed out again.
                        UseSlidingInvisibilityTimeout = true,
                        QueuePollInterval = TimeSpan.FromSeconds(1),
                    });
            }
            else
            {
                hangfire.UseInMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = TimeSpan.FromHours(6) });
            }
        });
        services.AddSingleton<IQueueServers, QueueServers>();
        if (settings.JobsInPostgres)
            services.AddSingleton<IPart>(new JobStoragePart(() => DatabaseConnection(configuration)));
        services.AddSingleton<IJobQueues, JobQueues>();
        services.AddSingleton<UnloadableJobs>();
        services.AddHostedService(p => ActivatorUtilities.CreateInstance<JobWorkers>(p, settings));
        return services;
    }

    /// <summary>As it is set now: what an operator changes is used for the next connection.</summary>
    private static string DatabaseConnection(IConfiguration configuration) => configuration["Database:ConnectionString"]!;
}
