using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>The loss of a model over ten steps, one step ahead: what evidence for a rollback is gathered from (FORECASTING.md 9).</summary>
internal sealed class LiveBlockRow
{
    public required Identifier Identifier { get; set; }

    /// <summary>See <see cref="LiveModelRow.ModelOf"/>.</summary>
    public required string Model { get; set; }

    /// <summary>Time of the first of the ten steps, whether there is a row or not.</summary>
    public required DateTimeOffset Start { get; set; }

    /// <summary>Cells whose truth was observed; 0: the loss says nothing.</summary>
    public required long Cells { get; set; }

    /// <summary>Mean scaled absolute error of these cells; see <see cref="LiveErrorRow"/>.</summary>
    public required double Loss { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="LiveBlockRow"/>.</summary>
internal sealed class LiveBlockTable : IEntityTypeConfiguration<LiveBlockRow>
{
    public void Configure(EntityTypeBuilder<LiveBlockRow> builder)
    {
        builder.ToTable("live_blocks").HasKey(b => new { b.Identifier, b.Model, b.Start });
        builder.Property(b => b.Identifier).HasMaxLength(Lengths.Name);
        builder.Property(b => b.Model).HasMaxLength(Lengths.LiveModel);
    }
}
