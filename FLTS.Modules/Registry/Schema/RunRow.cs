using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>One training; identity (<c>config_hash</c>, <c>model_type</c>, <c>params_hash</c>, <c>generation</c>).</summary>
internal sealed class RunRow : ILeased
{
    public required RunId RunId { get; set; }

    public required ConfigHash ConfigHash { get; set; }

    public required Identifier Identifier { get; set; }

    public required string ModelType { get; set; }

    public required ParamsHash ParamsHash { get; set; }

    public required int Generation { get; set; }

    /// <summary>Complete hyperparameters as canonical JSON.</summary>
    public required string Params { get; set; }

    public RunCause Cause { get; set; }

    /// <summary>The run in whose place this one was made; null where it was not made for another.</summary>
    public RunId? Replaces { get; set; }

    public RunStatus Status { get; set; }

    /// <summary>Rises with every take-over; artifacts lie under <c>models/run_id/attempt/</c>.</summary>
    public int Attempt { get; set; }

    public long LeaseToken { get; set; }

    public string? LeaseOwner { get; set; }

    public long? LeaseHeartbeat { get; set; }

    public int Tries { get; set; }

    public int Faults { get; set; }

    public int Deaths { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    public string? Error { get; set; }

    public int? Epoch { get; set; }

    public int? Epochs { get; set; }

    public double? EtaSeconds { get; set; }

    /// <summary>SHA-256 of <c>manifest.json</c> of <see cref="Attempt"/>; set when the run succeeds.</summary>
    public string? ManifestSha256 { get; set; }

    /// <summary>JSON: final train and validation metrics.</summary>
    public string? Metrics { get; set; }

    /// <summary>JSON: the evaluator's test metrics; written by nobody else.</summary>
    public string? TestMetrics { get; set; }

    /// <summary>
    /// JSON array of <c>{at, error}</c>: what put it off, such as a store that refused the upload. The attempt to promote it tells them.
    /// </summary>
    public string Postponed { get; set; } = "[]";

    public required DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>When its artifacts were removed.</summary>
    public DateTimeOffset? PrunedAt { get; set; }

    public List<RunEpochRow> EpochHistory { get; set; } = [];

    public List<RunArtifactRow> Artifacts { get; set; } = [];

    /// <summary>Of an ENSEMBLE: the runs that it answers with.</summary>
    public List<RunMemberRow> Members { get; set; } = [];
}

/// <summary>Keys, constraints and indexes of <see cref="RunRow"/>.</summary>
internal sealed class RunTable : IEntityTypeConfiguration<RunRow>
{
    public void Configure(EntityTypeBuilder<RunRow> builder)
    {
        builder.ToTable("runs", t =>
        {
            t.HasCheckConstraint(
                "ck_runs_status", "status IN ('queued', 'running', 'storing', 'succeeded', 'failed', 'cancelled', 'invalid', 'pruned')");
            t.HasCheckConstraint("ck_runs_generation", "generation >= 0");
            t.HasCheckConstraint("ck_runs_succeeded", "status <> 'succeeded' OR manifest_sha256 IS NOT NULL");
            t.HasCheckConstraint("ck_runs_cause", "cause IN ('request', 'rerun', 'invalid')");
        });
        builder.HasKey(r => r.RunId);
        builder.Property(r => r.RunId).HasMaxLength(Lengths.Id);
        builder.Property(r => r.ConfigHash).HasMaxLength(Lengths.Hash);
        builder.Property(r => r.ParamsHash).HasMaxLength(Lengths.Hash);
        builder.Property(r => r.ModelType).HasMaxLength(Lengths.Type);
        builder.Property(r => r.Identifier).HasMaxLength(Lengths.Name);
        builder.Property(r => r.Replaces).HasMaxLength(Lengths.Id);
        builder.Property(r => r.Error).HasConversion<StoredSentence>();
        builder.Property(r => r.Postponed).HasDefaultValue("[]");
        builder.HasIndex(r => new { r.ConfigHash, r.ModelType, r.ParamsHash, r.Generation }).IsUnique();
        builder.HasIndex(r => new { r.Status, r.NextAttemptAt });
        builder.HasIndex(r => new { r.CreatedAt, r.RunId });
        builder.HasIndex(r => new { r.Identifier, r.CreatedAt });
        builder.HasOne<DatasetRow>().WithMany().HasForeignKey(r => r.ConfigHash).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(r => r.EpochHistory).WithOne().HasForeignKey(x => x.RunId).OnDelete(DeleteBehavior.Cascade);
        builder.HasMany(r => r.Artifacts).WithOne().HasForeignKey(x => x.RunId).OnDelete(DeleteBehavior.Cascade);
        builder.HasMany(r => r.Members).WithOne().HasForeignKey(x => x.RunId).OnDelete(DeleteBehavior.Cascade);
    }
}
