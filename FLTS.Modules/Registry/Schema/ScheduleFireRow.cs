using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>One due time of a schedule, and what came of it. There is one row a due time, whoever looks and however often.</summary>
internal sealed class ScheduleFireRow
{
    public required ScheduleName Schedule { get; set; }

    public required DateTimeOffset DueAt { get; set; }

    /// <summary>Asked for by <c>POST /schedules/{name}/fire</c>; its due time is when that came.</summary>
    public bool ByHand { get; set; }

    public FireOutcome Outcome { get; set; }

    /// <summary>Not before: the due time with its jitter, later that of the next try. Null once it waits no more.</summary>
    public DateTimeOffset? NextAttemptAt { get; set; }

    /// <summary>Times it could not be started because a part was away, or of something unforeseen.</summary>
    public int Tries { get; set; }

    /// <summary>Those of them that were unforeseen.</summary>
    public int Faults { get; set; }

    /// <summary>What it started, or found that it exists already or is still running.</summary>
    public PipelineId? PipelineId { get; set; }

    /// <summary>Why it was skipped, failed or waits, in a sentence.</summary>
    public string? Reason { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="ScheduleFireRow"/>.</summary>
internal sealed class ScheduleFireTable : IEntityTypeConfiguration<ScheduleFireRow>
{
    public void Configure(EntityTypeBuilder<ScheduleFireRow> builder)
    {
        builder.ToTable("schedule_fires", t =>
        {
            t.HasCheckConstraint(
                "ck_schedule_fires_outcome",
                "outcome IN ('waiting', 'started', 'finished', 'failed', 'skipped_no_data', 'skipped_overlap', 'missed')");
            t.HasCheckConstraint("ck_schedule_fires_waiting", "(outcome = 'waiting') = (next_attempt_at IS NOT NULL)");
            t.HasCheckConstraint("ck_schedule_fires_ended", "(outcome IN ('waiting', 'started')) = (ended_at IS NULL)");
            t.HasCheckConstraint(
                "ck_schedule_fires_pipeline", "outcome NOT IN ('started', 'finished', 'skipped_no_data') OR pipeline_id IS NOT NULL");
        });
        builder.HasKey(f => new { f.Schedule, f.DueAt });
        builder.Property(f => f.Schedule).HasMaxLength(Lengths.Name);
        builder.Property(f => f.PipelineId).HasMaxLength(Lengths.Hash);
        builder.Property(f => f.Reason).HasConversion<StoredSentence>();
        builder.HasIndex(f => f.Outcome).HasFilter("outcome IN ('waiting', 'started')").HasDatabaseName("ix_schedule_fires_open");
        builder.HasOne<ScheduleRow>().WithMany().HasForeignKey(f => f.Schedule).OnDelete(DeleteBehavior.Cascade);
    }
}
