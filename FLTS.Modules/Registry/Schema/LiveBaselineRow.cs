using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>What is usual for a champion, and for it beside the version before, by a replay of its validation part.</summary>
internal sealed class LiveBaselineRow : ILeased
{
    /// <summary><see cref="RunId"/>, and <see cref="OtherRunId"/> after a dot where there is one.</summary>
    public required string BaselineId { get; set; }

    public required Identifier Identifier { get; set; }

    /// <summary>The champion.</summary>
    public required RunId RunId { get; set; }

    /// <summary>The version before it; null: there is none.</summary>
    public RunId? OtherRunId { get; set; }

    public BaselineStatus Status { get; set; }

    public long LeaseToken { get; set; }

    public string? LeaseOwner { get; set; }

    public long? LeaseHeartbeat { get; set; }

    public int Tries { get; set; }

    public int Faults { get; set; }

    public int Deaths { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    public string? Error { get; set; }

    /// <summary>JSON: what was found.</summary>
    public string? Result { get; set; }

    /// <summary>Newest evidence that the champion is worse than the version before; null: none was gathered yet.</summary>
    public double? Evidence { get; set; }

    /// <summary>Begin of the newest hour that was decided on; null: none was yet.</summary>
    public DateTimeOffset? LookedTo { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="LiveBaselineRow"/>.</summary>
internal sealed class LiveBaselineTable : IEntityTypeConfiguration<LiveBaselineRow>
{
    public void Configure(EntityTypeBuilder<LiveBaselineRow> builder)
    {
        builder.ToTable("live_baselines", t =>
        {
            t.HasCheckConstraint("ck_live_baselines_status", "status IN ('queued', 'running', 'succeeded', 'failed')");
            t.HasCheckConstraint("ck_live_baselines_result", "status <> 'succeeded' OR result IS NOT NULL");
        });
        builder.HasKey(b => b.BaselineId);
        builder.Property(b => b.BaselineId).HasMaxLength((2 * Lengths.Id) + 1);
        builder.Property(b => b.Identifier).HasMaxLength(Lengths.Name);
        builder.Property(b => b.RunId).HasMaxLength(Lengths.Id);
        builder.Property(b => b.OtherRunId).HasMaxLength(Lengths.Id);
        builder.Property(b => b.Error).HasConversion<StoredSentence>();
        builder.HasIndex(b => b.Status);
        builder.HasOne<RunRow>().WithMany().HasForeignKey(b => b.RunId).OnDelete(DeleteBehavior.Cascade);
    }
}
