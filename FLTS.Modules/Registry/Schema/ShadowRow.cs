using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>A run that is scored live beside the champion of its station. As long as it is, the database refuses to prune it.</summary>
internal sealed class ShadowRow
{
    /// <summary>The station, which has one at most.</summary>
    public required Identifier Identifier { get; set; }

    public required RunId RunId { get; set; }

    public required DateTimeOffset Since { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="ShadowRow"/>.</summary>
internal sealed class ShadowTable : IEntityTypeConfiguration<ShadowRow>
{
    public void Configure(EntityTypeBuilder<ShadowRow> builder)
    {
        builder.ToTable("shadows").HasKey(s => s.Identifier);
        builder.Property(s => s.Identifier).HasMaxLength(Lengths.Name);
        builder.Property(s => s.RunId).HasMaxLength(Lengths.Id);
        builder.HasIndex(s => s.RunId).IsUnique();
        builder.HasOne<RunRow>().WithMany().HasForeignKey(s => s.RunId).OnDelete(DeleteBehavior.Restrict);
    }
}
