using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>A version of a source file; the newest version of a name and part is the one in use.</summary>
internal sealed class SourceRow
{
    public required DatasetName Name { get; set; }

    /// <summary><c>train</c> or <c>test</c>.</summary>
    public required string Part { get; set; }

    public required int Version { get; set; }

    public required string Sha256 { get; set; }

    public required long Size { get; set; }

    public required DateTimeOffset RegisteredAt { get; set; }

    /// <summary>
    /// What it was made of, as a hash, where it holds measurements of the log beside those of a file; null: it came as it is.
    /// </summary>
    public string? MadeOf { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="SourceRow"/>.</summary>
internal sealed class SourceTable : IEntityTypeConfiguration<SourceRow>
{
    public void Configure(EntityTypeBuilder<SourceRow> builder)
    {
        builder.ToTable("sources", t => t.HasCheckConstraint("ck_sources_part", "part IN ('train', 'test')"));
        builder.HasKey(s => new { s.Name, s.Part, s.Version });
        builder.Property(s => s.Name).HasMaxLength(Lengths.Name);
        builder.Property(s => s.Part).HasMaxLength(8);
        builder.Property(s => s.Sha256).HasMaxLength(Lengths.Hash);
        builder.Property(s => s.MadeOf).HasMaxLength(Lengths.Hash);
        builder.HasIndex(s => new { s.Name, s.Part, s.MadeOf }).IsUnique();
    }
}
