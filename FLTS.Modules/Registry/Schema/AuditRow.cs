using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>A call that was to change something: who made it, what it was, what came of it. Alike ones of an hour may be counted.</summary>
internal sealed class AuditRow
{
    public required string AuditId { get; set; }

    /// <summary>When it began; of counted ones, their hour.</summary>
    public required DateTimeOffset At { get; set; }

    /// <summary>Id of the key, or <c>admin</c>.</summary>
    public required string Actor { get; set; }

    /// <summary>What the key was called then.</summary>
    public required string ActorName { get; set; }

    /// <summary>How the key was shown: <c>key</c>, <c>password</c> or <c>session</c>.</summary>
    public required string Via { get; set; }

    /// <summary>Where it came from, as the connection says.</summary>
    public string? Address { get; set; }

    public required string Method { get; set; }

    public required string Path { get; set; }

    /// <summary>HTTP status of the answer; null: it was never given (the process ended meanwhile), or it is being worked on.</summary>
    public int? Status { get; set; }

    /// <summary>How many calls these are.</summary>
    public long Calls { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="AuditRow"/>.</summary>
internal sealed class AuditTable : IEntityTypeConfiguration<AuditRow>
{
    /// <summary>Characters of a path that are kept.</summary>
    public const int LongestPath = 300;

    public void Configure(EntityTypeBuilder<AuditRow> builder)
    {
        builder.ToTable("audit");
        builder.HasKey(a => a.AuditId);
        builder.Property(a => a.AuditId).HasMaxLength(Lengths.Id);
        builder.Property(a => a.Actor).HasMaxLength(Lengths.Id);
        builder.Property(a => a.ActorName).HasMaxLength(Lengths.Name);
        builder.Property(a => a.Via).HasMaxLength(Lengths.Type);
        builder.Property(a => a.Address).HasMaxLength(Lengths.Id);
        builder.Property(a => a.Method).HasMaxLength(Lengths.Type);
        builder.Property(a => a.Path).HasMaxLength(LongestPath);
        builder.HasIndex(a => new { a.At, a.AuditId });
        builder.HasIndex(a => new { a.Actor, a.At });
    }
}
