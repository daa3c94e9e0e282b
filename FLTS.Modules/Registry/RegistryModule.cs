using FLTS.Modules.Registry.Access;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Backtests;
using FLTS.Modules.Registry.Changes;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schedules;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Registry.Steps;
using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Registry;

/// <summary>The record of truth: runs, promotions, scoreboards, champions; and the artifacts they name.</summary>
internal sealed class RegistryModule : IModule
{
    public string Name => "Registry";

    public JobQueue? Queue => null;

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        var options = OptionsReading.Read<RegistryOptions>(configuration.GetSection(RegistryOptions.Section));
        var dataDirectory = configuration["Data:Directory"] ?? "./data";
        services.AddSingleton(options);
        var limits = OptionsReading.Read<LimitsOptions>(configuration.GetSection(LimitsOptions.Section));
        services.AddSingleton(limits);
        services.AddSingleton(new ComputeThreads(Environment.ProcessorCount));
        services.AddSingleton(new MemoryLedger());
        services.AddSingleton<ComputeBudget>();
        var datasets = OptionsReading.Read<DatasetOptions>(configuration.GetSection(DatasetOptions.Section)) with
        {
            MaxCells = limits.MostCells,
            Follow = [.. SettingList.Texts(configuration, $"{DatasetOptions.Section}:{nameof(DatasetOptions.Follow)}")],
        };
        services.AddSingleton(datasets);
        if (options.IsPostgres)
        {
            services.AddSingleton(p => ActivatorUtilities.CreateInstance<CurrentConnection>(p, configuration));
            services.AddPooledDbContextFactory<PostgresRegistryDbContext>((p, o) =>
                Configure(
                    o.AddInterceptors(p.GetRequiredService<CurrentConnection>()),
                    options with { ConnectionString = ServerCredentials.Postgres(configuration) },
                    dataDirectory));
            services.AddSingleton<IDbContextFactory<RegistryDbContext>, RegistryFactory<PostgresRegistryDbContext>>();
        }
        else
        {
            services.AddPooledDbContextFactory<SqliteRegistryDbContext>(o => Configure(o, options, dataDirectory));
            services.AddSingleton<IDbContextFactory<RegistryDbContext>, RegistryFactory<SqliteRegistryDbContext>>();
        }

        services.AddSteps();
        services.AddSingleton<RegistryMigrator>();
        services.AddSingleton<ModelLoader>();
        services.AddSingleton<DatasetReader>();
        services.AddSingleton<RunReader>();
        services.AddMetrics<RunCounter>();
        services.AddSingleton<RunGenerations>();
        services.AddSingleton<MemberRuns>();
        services.AddSingleton<PipelineRuns>();
        services.AddMetrics<ArtifactMetrics>();
        services.AddSingleton<IRowGauges, RegistryGauges>();
        services.AddSingleton<RunCancellation>();
        services.AddSingleton<RunRepairs>();
        services.AddSingleton<UnservedQueues>();
        services.AddSingleton<PipelineReader>();
        services.AddSingleton<PipelineStates>();
        services.AddSingleton<PipelinePosting>();
        services.AddSingleton<PipelineCancellation>();
        services.AddSingleton<PipelineReruns>();
        services.AddSingleton<PipelineOrders>();
        services.AddSingleton<DriftEvents>();
        services.AddSingleton<WatchedStations>();
        services.AddSingleton<ShownPromotions>();
        services.AddSingleton<LedgerReader>();
        services.AddSingleton<StationReader>();
        services.AddSingleton<ChangeReader>();
        services.AddSingleton<EvaluationInputs>();
        services.AddSingleton<PromotionLedger>();
        services.AddSingleton<PromotionAnswers>();
        services.AddSingleton<PointerFiles>();
        services.AddSingleton<ScheduleStore>();
        services.AddSingleton<ScheduleFires>();
        services.AddSingleton<BacktestSubjects>();
        services.AddSingleton<BacktestPosting>();
        services.AddSingleton<BacktestReader>();
        services.AddSingleton<ShadowRuns>();
        services.AddSingleton<LiveReader>();
        services.AddSingleton<LiveRosters>();
        services.AddSingleton<RetentionReader>();
        services.AddSingleton<Prunings>();
        services.AddSingleton<EpochThinning>();
        services.AddMetrics<PrunedBytes>();
        services.AddSingleton<ObjectRemoval>();
        services.AddSingleton<IReset, RegistryReset>();
        services.AddSingleton<KeyStore>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<AuditStore>();
        services.AddSingleton<IPart, DatabasePart>();
        services.AddSingleton(new SourceFolder(datasets.Folder ?? Path.Combine(dataDirectory, "datasets")));
        services.AddSingleton<SourceVersions>();
        services.AddSingleton<FollowedPlaces>();
        services.AddSingleton<SourceImport>();
        services.AddSingleton<SourceReader>();
        services.AddSingleton<SourceSeries>();
        services.AddSingleton<DatasetRemoval>();
        services.AddSingleton<SourceForms>();
        services.AddSingleton<ReadingTurn>();
        services.AddSingleton<FileValues>();
        services.AddSingleton<MeasurementWriter>();
        services.AddSingleton<MeasurementLog>();
        services.AddSingleton<MeasurementReader>();
        services.AddSingleton<FirstTestFile>();
        services.AddSingleton<MergedTables>();
        services.AddSingleton<CompactedSources>();
        services.AddMetrics<MeasurementCounter>();
        services.AddSingleton<ISourceCatalog, SourceCatalog>();
        services.AddSingleton<IProcessedData, ProcessedData>();
        services.AddSingleton<IArtifactStore>(p => ActivatorUtilities.CreateInstance<ArtifactStore>(
            p, new ArtifactCacheFolder(Path.Combine(dataDirectory, "cache", "artifacts"))));
    }

    public void AddConsumers(IBusRegistrationConfigurator bus)
    {
        // The registry is written to by whoever does the work.
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        ModuleMetrics.Start(routes.ServiceProvider); // Of all modules: this one is in every process.
        RunEndpoints.Map(routes);
        PromotionEndpoints.Map(routes);
        ChampionEndpoints.Map(routes);
    }

    /// <summary>Also used at design time, where migrations are made.</summary>
    internal static void Configure(DbContextOptionsBuilder builder, RegistryOptions options, string dataDirectory)
    {
        if (options.IsPostgres)
        {
            builder.UseNpgsql(
                CurrentConnection.HoldingNobodyUp(options.ConnectionString!),
                o => o.MigrationsHistoryTable("__ef_migrations_history"));
        }
        else
        {
            var connection = options.ConnectionString ?? new SqliteConnectionStringBuilder
            {
                DataSource = Path.Combine(dataDirectory, "flts.db"),
                ForeignKeys = true,
                DefaultTimeout = 30,
            }.ToString();
            builder.UseSqlite(connection, o => o.MigrationsHistoryTable("__ef_migrations_history"));
        }

        builder.UseSnakeCaseNamingConvention();
    }
}

/// <summary>Hands out the context of the database in use under its common type.</summary>
internal sealed class RegistryFactory<TContext>(IDbContextFactory<TContext> factory) : IDbContextFactory<RegistryDbContext>
    where TContext : RegistryDbContext
{
    public RegistryDbContext CreateDbContext() => factory.CreateDbContext();

    public async Task<RegistryDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
        await factory.CreateDbContextAsync(cancellationToken);
}
