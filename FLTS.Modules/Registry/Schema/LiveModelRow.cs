using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>For which rows a model was scored live, and as what.</summary>
internal sealed class LiveModelRow
{
    public required Identifier Identifier { get; set; }

    /// <summary>See <see cref="ModelOf(RunId, string?)"/>.</summary>
    public required string Model { get; set; }

    public required LiveRole Role { get; set; }

    /// <summary>Rows behind this time are scored.</summary>
    public required DateTimeOffset FromTs { get; set; }

    /// <summary>The last row that is; null: it has the role still.</summary>
    public DateTimeOffset? UntilTs { get; set; }

    /// <summary>The run that made it; of a reference the champion's, on whose data it is fitted.</summary>
    public required RunId RunId { get; set; }

    /// <summary>Name of the reference; null: a run's own model.</summary>
    public string? Reference { get; set; }

    /// <summary>JSON array of the leads that it is scored at, in steps; those of packed forecasts.</summary>
    public required string Leads { get; set; }

    /// <summary>JSON array of its targets; those of packed forecasts.</summary>
    public required string Targets { get; set; }

    /// <summary>Why it is not scored, in a sentence; null: it is.</summary>
    public string? Reason { get; set; }

    /// <summary>The key of a model: its run, or run and name of a reference that was fitted on its data.</summary>
    public static string ModelOf(RunId run, string? reference = null) => reference is null ? run.Value : $"{run.Value}/{reference}";
}

/// <summary>Keys, constraints and indexes of <see cref="LiveModelRow"/>.</summary>
internal sealed class LiveModelTable : IEntityTypeConfiguration<LiveModelRow>
{
    public void Configure(EntityTypeBuilder<LiveModelRow> builder)
    {
        builder.ToTable(
            "live_models", t => t.HasCheckConstraint("ck_live_models_span", "until_ts IS NULL OR until_ts >= from_ts"));
        builder.HasKey(m => new { m.Identifier, m.Model, m.Role, m.FromTs });
        builder.Property(m => m.Identifier).HasMaxLength(Lengths.Name);
        builder.Property(m => m.Model).HasMaxLength(Lengths.LiveModel);
        builder.Property(m => m.Reference).HasMaxLength(Lengths.Type);
        builder.Property(m => m.Reason).HasConversion<StoredSentence>();
        builder.HasIndex(m => m.RunId);
        builder.HasOne<RunRow>().WithMany().HasForeignKey(m => m.RunId).OnDelete(DeleteBehavior.Restrict);
    }
}
