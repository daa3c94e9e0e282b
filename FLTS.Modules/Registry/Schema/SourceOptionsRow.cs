using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>The options stored with a dataset; a dataset without a row has none.</summary>
internal sealed class SourceOptionsRow
{
    public required DatasetName Name { get; set; }

    /// <summary>Canonical JSON.</summary>
    public required string Options { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="SourceOptionsRow"/>.</summary>
internal sealed class SourceOptionsTable : IEntityTypeConfiguration<SourceOptionsRow>
{
    public void Configure(EntityTypeBuilder<SourceOptionsRow> builder)
    {
        builder.ToTable("source_options").HasKey(s => s.Name);
        builder.Property(s => s.Name).HasMaxLength(Lengths.Name);
    }
}
