using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>
/// The log of a dataset as a whole. Whoever writes to it raises this row first, so that writers come one after the other.
/// </summary>
internal sealed class MeasurementLogRow
{
    public required DatasetName Dataset { get; set; }

    /// <summary>How often rows were written: what was made of the log at this count is still true of it.</summary>
    public required long Changes { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="MeasurementLogRow"/>.</summary>
internal sealed class MeasurementLogTable : IEntityTypeConfiguration<MeasurementLogRow>
{
    public void Configure(EntityTypeBuilder<MeasurementLogRow> builder)
    {
        builder.ToTable("measurement_logs").HasKey(l => l.Dataset);
        builder.Property(l => l.Dataset).HasMaxLength(Lengths.Name);
    }
}
