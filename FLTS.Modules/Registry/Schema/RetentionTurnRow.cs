using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>
/// The one row whose lease lets one process at a time prune. <see cref="NextAttemptAt"/> is when the rows are looked at next.
/// </summary>
internal sealed class RetentionTurnRow : ILeased
{
    /// <summary>The key of the one row.</summary>
    public const string Only = "retention";

    public required string Name { get; set; }

    public long LeaseToken { get; set; }

    public string? LeaseOwner { get; set; }

    public long? LeaseHeartbeat { get; set; }

    public int Tries { get; set; }

    public int Faults { get; set; }

    public int Deaths { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    public string? Error { get; set; }

    /// <summary>The epochs of runs that ended up to here are thinned.</summary>
    public DateTimeOffset? EpochsThinnedTo { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="RetentionTurnRow"/>.</summary>
internal sealed class RetentionTurnTable : IEntityTypeConfiguration<RetentionTurnRow>
{
    public void Configure(EntityTypeBuilder<RetentionTurnRow> builder)
    {
        builder.ToTable("retention_turns").HasKey(t => t.Name);
        builder.Property(t => t.Name).HasMaxLength(Lengths.Name);
        builder.Property(t => t.Error).HasConversion<StoredSentence>();
    }
}
