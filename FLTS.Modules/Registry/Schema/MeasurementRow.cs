using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>A row of a dataset as it came after its files; what is said of the same time later is a row beside it.</summary>
internal sealed class MeasurementRow
{
    public required DatasetName Dataset { get; set; }

    /// <summary>The instant; of a dataset without a zone its time as if that were UTC's.</summary>
    public required DateTimeOffset Ts { get; set; }

    /// <summary>1, and one more for every correction.</summary>
    public required int Revision { get; set; }

    /// <summary>JSON object: a number by each column, or null; columns in the order of their names.</summary>
    public required string Values { get; set; }

    /// <summary>When it came.</summary>
    public required DateTimeOffset KnownAt { get; set; }

    /// <summary><see cref="MeasurementLogRow.Changes"/> with it; 0 of rows that came before they were counted so.</summary>
    public long Change { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="MeasurementRow"/>.</summary>
internal sealed class MeasurementTable : IEntityTypeConfiguration<MeasurementRow>
{
    public void Configure(EntityTypeBuilder<MeasurementRow> builder)
    {
        builder.ToTable("measurements", t => t.HasCheckConstraint("ck_measurements_revision", "revision >= 1"));
        builder.HasKey(m => new { m.Dataset, m.Ts, m.Revision });
        builder.Property(m => m.Dataset).HasMaxLength(Lengths.Name);
        builder.HasIndex(m => new { m.Dataset, m.Change });
    }
}
