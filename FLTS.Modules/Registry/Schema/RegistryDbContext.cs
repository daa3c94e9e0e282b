using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Schema;

/// <summary>The record of truth. One model for both databases; a sealed context each, because their migrations differ.</summary>
internal abstract class RegistryDbContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<SourceRow> Sources => Set<SourceRow>();

    public DbSet<SourceOptionsRow> SourceOptions => Set<SourceOptionsRow>();

    public DbSet<MeasurementRow> Measurements => Set<MeasurementRow>();

    public DbSet<MeasurementLogRow> MeasurementLogs => Set<MeasurementLogRow>();

    public DbSet<DatasetRow> Datasets => Set<DatasetRow>();

    public DbSet<RunRow> Runs => Set<RunRow>();

    public DbSet<RunEpochRow> RunEpochs => Set<RunEpochRow>();

    public DbSet<RunArtifactRow> RunArtifacts => Set<RunArtifactRow>();

    public DbSet<RunMemberRow> RunMembers => Set<RunMemberRow>();

    public DbSet<PipelineRow> Pipelines => Set<PipelineRow>();

    public DbSet<PipelineRunRow> PipelineRuns => Set<PipelineRunRow>();

    public DbSet<SequenceRow> Sequences => Set<SequenceRow>();

    public DbSet<ScoreboardRow> Scoreboards => Set<ScoreboardRow>();

    public DbSet<PromotionAttemptRow> PromotionAttempts => Set<PromotionAttemptRow>();

    public DbSet<ChampionRow> Champions => Set<ChampionRow>();

    public DbSet<BacktestRow> Backtests => Set<BacktestRow>();

    public DbSet<ShadowRow> Shadows => Set<ShadowRow>();

    public DbSet<LiveStationRow> LiveStations => Set<LiveStationRow>();

    public DbSet<LiveModelRow> LiveModels => Set<LiveModelRow>();

    public DbSet<LiveErrorRow> LiveErrors => Set<LiveErrorRow>();

    public DbSet<LiveForecastRow> LiveForecasts => Set<LiveForecastRow>();

    public DbSet<LiveBlockRow> LiveBlocks => Set<LiveBlockRow>();

    public DbSet<LiveIntervalRow> LiveIntervals => Set<LiveIntervalRow>();

    public DbSet<DriftEventRow> DriftEvents => Set<DriftEventRow>();

    public DbSet<LiveBaselineRow> LiveBaselines => Set<LiveBaselineRow>();

    public DbSet<FollowedFileRow> FollowedFiles => Set<FollowedFileRow>();

    public DbSet<ScheduleRow> Schedules => Set<ScheduleRow>();

    public DbSet<ScheduleFireRow> ScheduleFires => Set<ScheduleFireRow>();

    public DbSet<RetentionMarkRow> RetentionMarks => Set<RetentionMarkRow>();

    public DbSet<RetentionTurnRow> RetentionTurns => Set<RetentionTurnRow>();

    public DbSet<ApiKeyRow> ApiKeys => Set<ApiKeyRow>();

    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    public DbSet<AuditRow> Audit => Set<AuditRow>();

    /// <summary>Statuses and causes are words, whichever there are.</summary>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        foreach (var words in typeof(RunStatus).Assembly.GetTypes().Where(t => t.IsEnum && t.Namespace == typeof(RunStatus).Namespace))
            configurationBuilder.Properties(words, p => p.HaveConversion(typeof(SnakeCaseEnum<>).MakeGenericType(words)).HaveMaxLength(32));
        configurationBuilder.Properties<ConfigHash>().HaveConversion<IdText<ConfigHash>>();
        configurationBuilder.Properties<ParamsHash>().HaveConversion<IdText<ParamsHash>>();
        configurationBuilder.Properties<RunId>().HaveConversion<IdText<RunId>>();
        configurationBuilder.Properties<PipelineId>().HaveConversion<IdText<PipelineId>>();
        configurationBuilder.Properties<Identifier>().HaveConversion<IdText<Identifier>>();
        configurationBuilder.Properties<AttemptId>().HaveConversion<IdText<AttemptId>>();
        configurationBuilder.Properties<ScoreboardId>().HaveConversion<IdText<ScoreboardId>>();
        configurationBuilder.Properties<BacktestId>().HaveConversion<IdText<BacktestId>>();
        configurationBuilder.Properties<DatasetName>().HaveConversion<IdText<DatasetName>>();
        configurationBuilder.Properties<ScheduleName>().HaveConversion<IdText<ScheduleName>>();
    }

    /// <summary>
    /// The invariants live in the database, not in the code that writes to it. A row brings its table, the
    /// <see cref="IEntityTypeConfiguration{TRow}"/> beside it, and needs no mention here.
    /// </summary>
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(RegistryDbContext).Assembly);
}

/// <summary>The registry in a SQLite file: the embedded default.</summary>
internal sealed class SqliteRegistryDbContext(DbContextOptions<SqliteRegistryDbContext> options) : RegistryDbContext(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);

        // SQLite keeps a DateTimeOffset as text that neither sorts nor compares: UTC ticks do.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();
    }
}

/// <summary>The registry in PostgreSQL.</summary>
internal sealed class PostgresRegistryDbContext(DbContextOptions<PostgresRegistryDbContext> options) : RegistryDbContext(options);
