using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>A pipeline that is started again and again.</summary>
internal sealed class ScheduleRow
{
    public required ScheduleName Name { get; set; }

    /// <summary>Cron expression of five fields.</summary>
    public required string Cron { get; set; }

    /// <summary>IANA zone whose clock <see cref="Cron"/> means.</summary>
    public required string Zone { get; set; }

    /// <summary>Seconds within which a due time is put off; 0: none.</summary>
    public int JitterSeconds { get; set; }

    public ScheduleOverlap Overlap { get; set; }

    /// <summary>The request that it posts, as canonical JSON.</summary>
    public required string Request { get; set; }

    public ScheduleOrigin Origin { get; set; }

    /// <summary>Due times up to here have their fires, or never get one.</summary>
    public required DateTimeOffset DueThrough { get; set; }

    /// <summary>Failures of due times before this count no more.</summary>
    public required DateTimeOffset FailuresFrom { get; set; }

    /// <summary>Since when it fires no more by itself; null: it does.</summary>
    public DateTimeOffset? PausedAt { get; set; }

    /// <summary>Why, in a sentence.</summary>
    public string? PausedReason { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="ScheduleRow"/>.</summary>
internal sealed class ScheduleTable : IEntityTypeConfiguration<ScheduleRow>
{
    public void Configure(EntityTypeBuilder<ScheduleRow> builder)
    {
        builder.ToTable("schedules", t =>
        {
            t.HasCheckConstraint("ck_schedules_overlap", "overlap IN ('skip', 'allow')");
            t.HasCheckConstraint("ck_schedules_origin", "origin IN ('api', 'settings')");
            t.HasCheckConstraint("ck_schedules_paused", "(paused_at IS NULL) = (paused_reason IS NULL)");
        });
        builder.HasKey(s => s.Name);
        builder.Property(s => s.Name).HasMaxLength(Lengths.Name);
        builder.Property(s => s.PausedReason).HasConversion<StoredSentence>();
    }
}
