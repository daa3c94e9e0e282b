using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>The last sequence number given to a pipeline of an identifier.</summary>
internal sealed class SequenceRow
{
    public required Identifier Identifier { get; set; }

    public required long Last { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="SequenceRow"/>.</summary>
internal sealed class SequenceTable : IEntityTypeConfiguration<SequenceRow>
{
    public void Configure(EntityTypeBuilder<SequenceRow> builder)
    {
        builder.ToTable("sequences").HasKey(s => s.Identifier);
        builder.Property(s => s.Identifier).HasMaxLength(Lengths.Name);
    }
}
