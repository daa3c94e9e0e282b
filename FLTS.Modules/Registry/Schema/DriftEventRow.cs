using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>What was noticed of a station, and what was done about it. There is one row for what was noticed, whoever looks.</summary>
internal sealed class DriftEventRow
{
    /// <summary>Hash of what was noticed: looking again at the same finds the same.</summary>
    public required string EventId { get; set; }

    public required Identifier Identifier { get; set; }

    /// <summary>The champion in force then.</summary>
    public required RunId RunId { get; set; }

    public required DriftKind Kind { get; set; }

    /// <summary>Begin of the hour of data that showed it; an instant as those of measurements.</summary>
    public required DateTimeOffset Ts { get; set; }

    /// <summary>What decided: the sum, the share inside, steps of delay, rows, evidence, or times that it is worse.</summary>
    public required double Value { get; set; }

    /// <summary>In a sentence.</summary>
    public required string Reason { get; set; }

    public required DriftAction Action { get; set; }

    /// <summary>When it was noticed, by the clock.</summary>
    public required DateTimeOffset NoticedAt { get; set; }

    /// <summary>When what is to be done was done, or given up; null: it is still to be done, or there is nothing to do.</summary>
    public DateTimeOffset? ActedAt { get; set; }

    /// <summary>Why it was not done.</summary>
    public string? Error { get; set; }

    /// <summary>The pipeline that it started.</summary>
    public PipelineId? PipelineId { get; set; }

    /// <summary>The attempt that rolled back.</summary>
    public AttemptId? AttemptId { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="DriftEventRow"/>.</summary>
internal sealed class DriftEventTable : IEntityTypeConfiguration<DriftEventRow>
{
    public void Configure(EntityTypeBuilder<DriftEventRow> builder)
    {
        builder.ToTable("drift_events", t =>
        {
            t.HasCheckConstraint("ck_drift_events_kind", "kind IN ('drift', 'coverage', 'stale', 'rows', 'worse', 'gross')");
            t.HasCheckConstraint("ck_drift_events_action", "action IN ('none', 'alarm', 'retrain', 'rollback')");
            t.HasCheckConstraint("ck_drift_events_pipeline", "pipeline_id IS NULL OR action = 'retrain'");
            t.HasCheckConstraint("ck_drift_events_attempt", "attempt_id IS NULL OR action = 'rollback'");
            t.HasCheckConstraint("ck_drift_events_acted", "acted_at IS NOT NULL OR (pipeline_id IS NULL AND attempt_id IS NULL)");
        });
        builder.HasKey(e => e.EventId);
        builder.Property(e => e.EventId).HasMaxLength(Lengths.Hash);
        builder.Property(e => e.Identifier).HasMaxLength(Lengths.Name);
        builder.Property(e => e.RunId).HasMaxLength(Lengths.Id);
        builder.Property(e => e.PipelineId).HasMaxLength(Lengths.Hash);
        builder.Property(e => e.AttemptId).HasMaxLength(Lengths.Id);
        builder.Property(e => e.Reason).HasConversion<StoredSentence>();
        builder.Property(e => e.Error).HasConversion<StoredSentence>();
        builder.HasIndex(e => new { e.NoticedAt, e.EventId });
        builder.HasIndex(e => new { e.Identifier, e.NoticedAt });
    }
}
