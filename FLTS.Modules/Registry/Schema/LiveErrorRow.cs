using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>
/// Errors of a model's canonical forecasts for the times of an hour (the longest of an hour, 1/24 of a season and a step), or of a day
/// long ago: sums alone. Scaled are errors by each target's range in the champion's train part; flat targets are left out.
/// </summary>
internal sealed class LiveErrorRow
{
    public required Identifier Identifier { get; set; }

    /// <summary>See <see cref="LiveModelRow.ModelOf"/>.</summary>
    public required string Model { get; set; }

    /// <summary>In steps.</summary>
    public required int Lead { get; set; }

    /// <summary>Begin of the hour, or of the day.</summary>
    public required DateTimeOffset Start { get; set; }

    /// <summary>The sums are those of a day.</summary>
    public bool IsDay { get; set; }

    /// <summary>Forecasts of a target at a time that were made.</summary>
    public required long Cells { get; set; }

    /// <summary>Those of them whose truth was observed; the sums are theirs.</summary>
    public required long Matched { get; set; }

    /// <summary>Sum of the scaled absolute errors.</summary>
    public required double Absolutes { get; set; }

    /// <summary>Sum of the scaled squared errors.</summary>
    public required double Squares { get; set; }

    /// <summary>Sum of forecast less truth, scaled.</summary>
    public required double Errors { get; set; }

    /// <summary>Matched cells with an interval of 80 percent.</summary>
    public required long With80 { get; set; }

    /// <summary>Those of them that lie in it.</summary>
    public required long Inside80 { get; set; }

    /// <summary>Matched cells with an interval of 95 percent.</summary>
    public required long With95 { get; set; }

    /// <summary>Those of them that lie in it.</summary>
    public required long Inside95 { get; set; }

    /// <summary>Sum of the scaled interval scores of 80 percent: width, and ten times the distance of what lies outside.</summary>
    public required double IntervalScores { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="LiveErrorRow"/>.</summary>
internal sealed class LiveErrorTable : IEntityTypeConfiguration<LiveErrorRow>
{
    public void Configure(EntityTypeBuilder<LiveErrorRow> builder)
    {
        builder.ToTable(
            "live_errors", t => t.HasCheckConstraint("ck_live_errors_matched", "matched >= 0 AND matched <= cells"));
        builder.HasKey(e => new { e.Identifier, e.Model, e.Lead, e.Start });
        builder.Property(e => e.Identifier).HasMaxLength(Lengths.Name);
        builder.Property(e => e.Model).HasMaxLength(Lengths.LiveModel);
    }
}
