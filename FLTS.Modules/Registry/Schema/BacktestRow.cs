using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>A model over a span in rolling origins, compared with what came true.</summary>
internal sealed class BacktestRow : ILeased
{
    /// <summary>Hash of <see cref="Request"/>.</summary>
    public required BacktestId BacktestId { get; set; }

    public required Identifier Identifier { get; set; }

    public required RunId RunId { get; set; }

    /// <summary>What is to be done, as canonical JSON.</summary>
    public required string Request { get; set; }

    public BacktestStatus Status { get; set; }

    public long LeaseToken { get; set; }

    public string? LeaseOwner { get; set; }

    public long? LeaseHeartbeat { get; set; }

    public int Tries { get; set; }

    public int Faults { get; set; }

    public int Deaths { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    public string? Error { get; set; }

    /// <summary>JSON: errors of the whole, of each target and of each lead.</summary>
    public string? Result { get; set; }

    /// <summary>JSON array: errors of each lead and hour.</summary>
    public string? Hours { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When the result was written; the day is that of its line in the inference log.</summary>
    public DateTimeOffset? ScoredAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="BacktestRow"/>.</summary>
internal sealed class BacktestTable : IEntityTypeConfiguration<BacktestRow>
{
    public void Configure(EntityTypeBuilder<BacktestRow> builder)
    {
        builder.ToTable("backtests", t =>
        {
            t.HasCheckConstraint("ck_backtests_status", "status IN ('queued', 'running', 'storing', 'succeeded', 'failed')");
            t.HasCheckConstraint(
                "ck_backtests_scored",
                "status NOT IN ('storing', 'succeeded') OR (result IS NOT NULL AND hours IS NOT NULL AND scored_at IS NOT NULL)");
        });
        builder.HasKey(b => b.BacktestId);
        builder.Property(b => b.BacktestId).HasMaxLength(Lengths.Hash);
        builder.Property(b => b.RunId).HasMaxLength(Lengths.Id);
        builder.Property(b => b.Identifier).HasMaxLength(Lengths.Name);
        builder.Property(b => b.Error).HasConversion<StoredSentence>();
        builder.HasIndex(b => new { b.Status, b.NextAttemptAt });
        builder.HasIndex(b => new { b.CreatedAt, b.BacktestId });
        builder.HasIndex(b => new { b.Identifier, b.CreatedAt });
        builder.HasOne<RunRow>().WithMany().HasForeignKey(b => b.RunId).OnDelete(DeleteBehavior.Restrict);
    }
}
