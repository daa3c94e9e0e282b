using FLTS.Modules.Registry.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry;

/// <summary>Keys, constraints and indexes: the invariants live in the database, not in the code that writes to it.</summary>
internal static class RegistryModel
{
    private const int HashLength = 64;
    private const int IdLength = 64;
    private const int NameLength = 64;
    private const int TypeLength = 32;
    private const string Triggers = "'event', 'manual', 'reconcile', 'rerun', 'rollback'";

    public static void Configure(ModelBuilder model)
    {
        model.Entity<SourceRow>(Source);
        model.Entity<DatasetRow>(Dataset);
        model.Entity<RunRow>(Run);
        model.Entity<RunEpochRow>(e => e.ToTable("run_epochs").HasKey(r => new { r.RunId, r.Epoch }));
        model.Entity<RunArtifactRow>(e => e.ToTable("run_artifacts").HasKey(r => new { r.RunId, r.Path }));
        model.Entity<PipelineRow>(Pipeline);
        model.Entity<PipelineRunRow>(PipelineRun);
        model.Entity<SequenceRow>(e =>
        {
            e.ToTable("sequences").HasKey(s => s.Identifier);
            e.Property(s => s.Identifier).HasMaxLength(NameLength);
        });
        model.Entity<ScoreboardRow>(Scoreboard);
        model.Entity<PromotionAttemptRow>(Attempt);
        model.Entity<ChampionRow>(Champion);
    }

    private static void Source(EntityTypeBuilder<SourceRow> e)
    {
        e.ToTable("sources", t => t.HasCheckConstraint("ck_sources_part", "part IN ('train', 'test')"));
        e.HasKey(s => new { s.Name, s.Part, s.Version });
        e.Property(s => s.Name).HasMaxLength(NameLength);
        e.Property(s => s.Part).HasMaxLength(8);
        e.Property(s => s.Sha256).HasMaxLength(HashLength);
    }

    private static void Dataset(EntityTypeBuilder<DatasetRow> e)
    {
        e.ToTable("datasets", t =>
        {
            t.HasCheckConstraint("ck_datasets_status", "status IN ('queued', 'running', 'ready', 'failed')");
            t.HasCheckConstraint(
                "ck_datasets_ready",
                "status <> 'ready' OR (train_sha256 IS NOT NULL AND test_sha256 IS NOT NULL AND meta_sha256 IS NOT NULL)");
        });
        e.HasKey(d => d.ConfigHash);
        e.Property(d => d.ConfigHash).HasMaxLength(HashLength);
        e.Property(d => d.Identifier).HasMaxLength(NameLength);
        e.HasIndex(d => d.Identifier);
    }

    private static void Run(EntityTypeBuilder<RunRow> e)
    {
        e.ToTable("runs", t =>
        {
            t.HasCheckConstraint(
                "ck_runs_status", "status IN ('queued', 'running', 'storing', 'succeeded', 'failed', 'cancelled', 'invalid', 'pruned')");
            t.HasCheckConstraint("ck_runs_generation", "generation >= 0");
            t.HasCheckConstraint("ck_runs_succeeded", "status <> 'succeeded' OR manifest_sha256 IS NOT NULL");
            t.HasCheckConstraint("ck_runs_cause", "cause IN ('request', 'rerun', 'invalid')");
        });
        e.HasKey(r => r.RunId);
        e.Property(r => r.RunId).HasMaxLength(IdLength);
        e.Property(r => r.ConfigHash).HasMaxLength(HashLength);
        e.Property(r => r.ParamsHash).HasMaxLength(HashLength);
        e.Property(r => r.ModelType).HasMaxLength(TypeLength);
        e.Property(r => r.Identifier).HasMaxLength(NameLength);
        e.Property(r => r.Replaces).HasMaxLength(IdLength);
        e.Property(r => r.Postponed).HasDefaultValue("[]");
        e.HasIndex(r => new { r.ConfigHash, r.ModelType, r.ParamsHash, r.Generation }).IsUnique();
        e.HasIndex(r => new { r.Status, r.NextAttemptAt });
        e.HasIndex(r => new { r.CreatedAt, r.RunId });
        e.HasIndex(r => new { r.Identifier, r.CreatedAt });
        e.HasOne<DatasetRow>().WithMany().HasForeignKey(r => r.ConfigHash).OnDelete(DeleteBehavior.Restrict);
        e.HasMany(r => r.EpochHistory).WithOne().HasForeignKey(x => x.RunId).OnDelete(DeleteBehavior.Cascade);
        e.HasMany(r => r.Artifacts).WithOne().HasForeignKey(x => x.RunId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void Pipeline(EntityTypeBuilder<PipelineRow> e)
    {
        e.ToTable("pipelines", t =>
        {
            t.HasCheckConstraint(
                "ck_pipelines_status",
                "status IN ('queued', 'preprocessing', 'training', 'evaluating', 'blocked', 'promoted', 'kept_champion', "
                + "'below_baseline', 'superseded', 'cancelled', 'failed')");
            t.HasCheckConstraint("ck_pipelines_trigger", $"\"trigger\" IN ({Triggers})");
            t.HasCheckConstraint(
                "ck_pipelines_decided",
                "status NOT IN ('promoted', 'kept_champion', 'below_baseline', 'superseded') OR (attempt_id IS NOT NULL AND ended_at IS "
                + "NOT NULL)");
        });
        e.HasKey(p => p.PipelineId);
        e.Property(p => p.PipelineId).HasMaxLength(HashLength);
        e.Property(p => p.ConfigHash).HasMaxLength(HashLength);
        e.Property(p => p.Identifier).HasMaxLength(NameLength);
        e.HasIndex(p => new { p.Identifier, p.Sequence }).IsUnique();
        e.HasIndex(p => p.ConfigHash);
        e.HasIndex(p => new { p.Status, p.NextAttemptAt });
        e.HasIndex(p => new { p.CreatedAt, p.PipelineId });
        e.HasOne<DatasetRow>().WithMany().HasForeignKey(p => p.ConfigHash).OnDelete(DeleteBehavior.Restrict);
        e.HasMany(p => p.Runs).WithOne().HasForeignKey(r => r.PipelineId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void PipelineRun(EntityTypeBuilder<PipelineRunRow> e)
    {
        e.ToTable("pipeline_runs").HasKey(r => new { r.PipelineId, r.ModelType });
        e.Property(r => r.ModelType).HasMaxLength(TypeLength);
        e.HasIndex(r => r.RunId);
        e.HasOne<RunRow>().WithMany().HasForeignKey(r => r.RunId).OnDelete(DeleteBehavior.Restrict);
    }

    private static void Scoreboard(EntityTypeBuilder<ScoreboardRow> e)
    {
        e.ToTable("scoreboards").HasKey(s => s.ScoreboardId);
        e.Property(s => s.ScoreboardId).HasMaxLength(IdLength);
        e.HasIndex(s => new { s.ConfigHash, s.CreatedAt });
        e.HasIndex(s => new { s.PipelineId, s.CreatedAt });
    }

    private static void Attempt(EntityTypeBuilder<PromotionAttemptRow> e)
    {
        e.ToTable("promotion_attempts", t =>
        {
            t.HasCheckConstraint("ck_promotion_attempts_trigger", $"\"trigger\" IN ({Triggers})");
            t.HasCheckConstraint(
                "ck_promotion_attempts_outcome",
                "outcome IN ('promoted', 'kept_champion', 'below_baseline', 'superseded', 'blocked', 'failed')");
            t.HasCheckConstraint("ck_promotion_attempts_ended", "(ended_at IS NULL) = (outcome IS NULL OR outcome = 'blocked')");
            t.HasCheckConstraint("ck_promotion_attempts_promoted", "outcome <> 'promoted' OR selected_run_id IS NOT NULL");
        });
        e.HasKey(a => a.AttemptId);
        e.Property(a => a.AttemptId).HasMaxLength(IdLength);
        e.Property(a => a.IdempotencyKey).HasMaxLength(256);
        e.Property(a => a.AnsweredBy).HasMaxLength(IdLength);
        e.HasIndex(a => a.IdempotencyKey).IsUnique();
        e.HasIndex(a => new { a.Identifier, a.CreatedAt });
        e.HasIndex(a => new { a.ConfigHash, a.CreatedAt });
        e.HasIndex(a => a.PipelineId);

        // One row tells the whole story of a pipeline, tries and all: while it is open there is no second one.
        e.HasIndex(a => a.PipelineId, "ix_promotion_attempts_open")
            .IsUnique()
            .HasFilter("ended_at IS NULL")
            .HasDatabaseName("ix_promotion_attempts_open");
        e.HasOne<ScoreboardRow>().WithMany().HasForeignKey(a => a.ScoreboardId).OnDelete(DeleteBehavior.Restrict);
    }

    private static void Champion(EntityTypeBuilder<ChampionRow> e)
    {
        e.ToTable("champions", t => t.HasCheckConstraint("ck_champions_version", "version >= 1"));
        e.HasKey(c => new { c.Identifier, c.Version });
        e.Property(c => c.Identifier).HasMaxLength(NameLength);
        e.HasIndex(c => c.AttemptId).IsUnique();
        e.HasOne<RunRow>().WithMany().HasForeignKey(c => c.RunId).OnDelete(DeleteBehavior.Restrict);
        e.HasOne<PromotionAttemptRow>().WithMany().HasForeignKey(c => c.AttemptId).OnDelete(DeleteBehavior.Restrict);
    }
}
