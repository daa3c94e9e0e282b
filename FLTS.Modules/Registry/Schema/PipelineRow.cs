using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>One posted pipeline.</summary>
internal sealed class PipelineRow : ILeased
{
    public required PipelineId PipelineId { get; set; }

    public required ConfigHash ConfigHash { get; set; }

    public required Identifier Identifier { get; set; }

    /// <summary>Rises with every pipeline of the identifier; an older one cannot replace a newer one's champion.</summary>
    public required long Sequence { get; set; }

    /// <summary>Name of the source dataset.</summary>
    public required DatasetName Dataset { get; set; }

    /// <summary>JSON array of model types, in order.</summary>
    public required string ExpectedModelTypes { get; set; }

    /// <summary>JSON: the evaluation policy.</summary>
    public required string Evaluation { get; set; }

    public PipelineStatus Status { get; set; }

    /// <summary>Rises whenever other runs are put in or the pipeline is run again; what was evaluated before cannot end it then.</summary>
    public int Revision { get; set; }

    /// <summary><see cref="AttemptTrigger.Event"/>, or <see cref="AttemptTrigger.Rerun"/> once it was run again by hand.</summary>
    public AttemptTrigger Trigger { get; set; }

    /// <summary>What it waits for, in a sentence; null when it waits for nothing.</summary>
    public string? WaitingReason { get; set; }

    public DateTimeOffset? WaitingSince { get; set; }

    public long LeaseToken { get; set; }

    public string? LeaseOwner { get; set; }

    public long? LeaseHeartbeat { get; set; }

    public int Tries { get; set; }

    public int Faults { get; set; }

    public int Deaths { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    public string? Error { get; set; }

    /// <summary>The attempt that ended it.</summary>
    public AttemptId? AttemptId { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? EvaluationStartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public List<PipelineRunRow> Runs { get; set; } = [];
}

/// <summary>Keys, constraints and indexes of <see cref="PipelineRow"/>.</summary>
internal sealed class PipelineTable : IEntityTypeConfiguration<PipelineRow>
{
    public void Configure(EntityTypeBuilder<PipelineRow> builder)
    {
        builder.ToTable("pipelines", t =>
        {
            t.HasCheckConstraint(
                "ck_pipelines_status",
                "status IN ('queued', 'preprocessing', 'training', 'evaluating', 'blocked', 'promoted', 'kept_champion', "
                + "'below_baseline', 'superseded', 'cancelled', 'failed')");
            t.HasCheckConstraint("ck_pipelines_trigger", $"\"trigger\" IN ({AttemptTriggers.Known})");
            t.HasCheckConstraint(
                "ck_pipelines_decided",
                "status NOT IN ('promoted', 'kept_champion', 'below_baseline', 'superseded') OR (attempt_id IS NOT NULL AND ended_at IS "
                + "NOT NULL)");
        });
        builder.HasKey(p => p.PipelineId);
        builder.Property(p => p.PipelineId).HasMaxLength(Lengths.Hash);
        builder.Property(p => p.ConfigHash).HasMaxLength(Lengths.Hash);
        builder.Property(p => p.Identifier).HasMaxLength(Lengths.Name);
        builder.Property(p => p.Error).HasConversion<StoredSentence>();
        builder.Property(p => p.WaitingReason).HasConversion<StoredSentence>();
        builder.HasIndex(p => new { p.Identifier, p.Sequence }).IsUnique();
        builder.HasIndex(p => p.ConfigHash);
        builder.HasIndex(p => new { p.Status, p.NextAttemptAt });
        builder.HasIndex(p => new { p.CreatedAt, p.PipelineId });
        builder.HasOne<DatasetRow>().WithMany().HasForeignKey(p => p.ConfigHash).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(p => p.Runs).WithOne().HasForeignKey(r => r.PipelineId).OnDelete(DeleteBehavior.Cascade);
    }
}
