using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>One try to promote: the story an operator reads.</summary>
internal sealed class PromotionAttemptRow
{
    public required AttemptId AttemptId { get; set; }

    /// <summary>Unique: an automatic promotion is identified by its candidates, policy and the champion's version.</summary>
    public required string IdempotencyKey { get; set; }

    public required ConfigHash ConfigHash { get; set; }

    public required Identifier Identifier { get; set; }

    public PipelineId? PipelineId { get; set; }

    public required long Sequence { get; set; }

    public AttemptTrigger Trigger { get; set; }

    /// <summary>Null until it has ended or is blocked.</summary>
    public AttemptOutcome? Outcome { get; set; }

    public string? Reason { get; set; }

    /// <summary>JSON array of <c>{model_type, reason}</c>.</summary>
    public string Missing { get; set; } = "[]";

    /// <summary>JSON array of <c>{at, error}</c>.</summary>
    public string Tries { get; set; } = "[]";

    /// <summary>JSON array of run ids.</summary>
    public string Candidates { get; set; } = "[]";

    /// <summary>
    /// JSON: the evaluation policy in force. Attempts by hand of before <see cref="Request"/> had a column keep
    /// it, and what answered, in here.
    /// </summary>
    public string Policy { get; set; } = "{}";

    /// <summary>What was asked by hand, in canonical JSON; null otherwise.</summary>
    public string? Request { get; set; }

    /// <summary>The concluded attempt that answered what was asked; null where it was evaluated itself.</summary>
    public AttemptId? AnsweredBy { get; set; }

    public RunId? SelectedRunId { get; set; }

    public ScoreboardId? ScoreboardId { get; set; }

    /// <summary>Log of the best candidate's decisive score over the champion's; null where the two were not compared.</summary>
    public double? MarginLogRatio { get; set; }

    /// <summary>Of that; null where it cannot be told.</summary>
    public double? MarginStandardError { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public long? DurationMs { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="PromotionAttemptRow"/>.</summary>
internal sealed class PromotionAttemptTable : IEntityTypeConfiguration<PromotionAttemptRow>
{
    public void Configure(EntityTypeBuilder<PromotionAttemptRow> builder)
    {
        builder.ToTable("promotion_attempts", t =>
        {
            t.HasCheckConstraint("ck_promotion_attempts_trigger", $"\"trigger\" IN ({AttemptTriggers.Known})");
            t.HasCheckConstraint(
                "ck_promotion_attempts_outcome",
                "outcome IN ('promoted', 'kept_champion', 'below_baseline', 'implausible', 'superseded', 'blocked', 'failed')");
            t.HasCheckConstraint("ck_promotion_attempts_ended", "(ended_at IS NULL) = (outcome IS NULL OR outcome = 'blocked')");
            t.HasCheckConstraint("ck_promotion_attempts_promoted", "outcome <> 'promoted' OR selected_run_id IS NOT NULL");
        });
        builder.HasKey(a => a.AttemptId);
        builder.Property(a => a.AttemptId).HasMaxLength(Lengths.Id);
        builder.Property(a => a.IdempotencyKey).HasMaxLength(256);
        builder.Property(a => a.Reason).HasConversion<StoredSentence>();
        builder.Property(a => a.AnsweredBy).HasMaxLength(Lengths.Id);
        builder.HasIndex(a => a.IdempotencyKey).IsUnique();
        builder.HasIndex(a => new { a.Identifier, a.CreatedAt });
        builder.HasIndex(a => new { a.ConfigHash, a.CreatedAt });
        builder.HasIndex(a => a.PipelineId);

        // One row tells the whole story of a pipeline, tries and all: while it is open there is no second one.
        builder.HasIndex(a => a.PipelineId, "ix_promotion_attempts_open")
            .IsUnique()
            .HasFilter("ended_at IS NULL")
            .HasDatabaseName("ix_promotion_attempts_open");
        builder.HasOne<ScoreboardRow>().WithMany().HasForeignKey(a => a.ScoreboardId).OnDelete(DeleteBehavior.Restrict);
    }
}
