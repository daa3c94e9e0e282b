using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>How far a file that grows has been read; what it is compared by, to see that it is still the same.</summary>
internal sealed class FollowedFileRow
{
    public required DatasetName Name { get; set; }

    /// <summary>Bytes that were read, up to the end of a line.</summary>
    public required long Offset { get; set; }

    /// <summary>Rows among them.</summary>
    public required long Rows { get; set; }

    /// <summary>SHA-256 of the first of those bytes.</summary>
    public required string Head { get; set; }

    /// <summary>Of the last of them.</summary>
    public required string Tail { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="FollowedFileRow"/>.</summary>
internal sealed class FollowedFileTable : IEntityTypeConfiguration<FollowedFileRow>
{
    public void Configure(EntityTypeBuilder<FollowedFileRow> builder)
    {
        builder.ToTable("followed_files").HasKey(f => f.Name);
        builder.Property(f => f.Name).HasMaxLength(Lengths.Name);
        builder.Property(f => f.Head).HasMaxLength(Lengths.Hash);
        builder.Property(f => f.Tail).HasMaxLength(Lengths.Hash);
    }
}
