using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>The canonical forecast of a model from an origin, packed.</summary>
internal sealed class LiveForecastRow
{
    public required Identifier Identifier { get; set; }

    /// <summary>See <see cref="LiveModelRow.ModelOf"/>.</summary>
    public required string Model { get; set; }

    /// <summary>The last row that the model saw.</summary>
    public required DateTimeOffset Origin { get; set; }

    /// <summary>
    /// Numbers of single precision, little-endian, in original units: of each lead and target of the model's row the forecast and the ends
    /// of its intervals of 80 and 95 percent; NaN where it has none.
    /// </summary>
    public required byte[] Packed { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="LiveForecastRow"/>.</summary>
internal sealed class LiveForecastTable : IEntityTypeConfiguration<LiveForecastRow>
{
    public void Configure(EntityTypeBuilder<LiveForecastRow> builder)
    {
        builder.ToTable("live_forecasts").HasKey(f => new { f.Identifier, f.Model, f.Origin });
        builder.Property(f => f.Identifier).HasMaxLength(Lengths.Name);
        builder.Property(f => f.Model).HasMaxLength(Lengths.LiveModel);
    }
}
