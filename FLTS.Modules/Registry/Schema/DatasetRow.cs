using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>Processed data, addressed by <c>config_hash</c>.</summary>
internal sealed class DatasetRow : ILeased
{
    public required ConfigHash ConfigHash { get; set; }

    public required Identifier Identifier { get; set; }

    /// <summary>Name of the source dataset.</summary>
    public required DatasetName SourceName { get; set; }

    /// <summary>The preprocess config as canonical JSON: what <see cref="ConfigHash"/> is the hash of.</summary>
    public required string Config { get; set; }

    public DatasetStatus Status { get; set; }

    public long LeaseToken { get; set; }

    public string? LeaseOwner { get; set; }

    public long? LeaseHeartbeat { get; set; }

    public int Tries { get; set; }

    public int Faults { get; set; }

    public int Deaths { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    public string? Error { get; set; }

    public int? TrainRows { get; set; }

    public int? TestRows { get; set; }

    /// <summary>JSON array of all column names.</summary>
    public string? Columns { get; set; }

    public string? TrainSha256 { get; set; }

    public string? TestSha256 { get; set; }

    public string? MetaSha256 { get; set; }

    /// <summary>JSON: counts and warnings of the dataset's report.</summary>
    public string? Report { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>When its files were removed; it is <see cref="DatasetStatus.Failed"/> since, until it is asked for again.</summary>
    public DateTimeOffset? PrunedAt { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="DatasetRow"/>.</summary>
internal sealed class DatasetTable : IEntityTypeConfiguration<DatasetRow>
{
    public void Configure(EntityTypeBuilder<DatasetRow> builder)
    {
        builder.ToTable("datasets", t =>
        {
            t.HasCheckConstraint("ck_datasets_status", "status IN ('queued', 'running', 'ready', 'failed')");
            t.HasCheckConstraint(
                "ck_datasets_ready",
                "status <> 'ready' OR (train_sha256 IS NOT NULL AND test_sha256 IS NOT NULL AND meta_sha256 IS NOT NULL)");
        });
        builder.HasKey(d => d.ConfigHash);
        builder.Property(d => d.ConfigHash).HasMaxLength(Lengths.Hash);
        builder.Property(d => d.Identifier).HasMaxLength(Lengths.Name);
        builder.Property(d => d.Error).HasConversion<StoredSentence>();
        builder.HasIndex(d => d.Identifier);
    }
}
