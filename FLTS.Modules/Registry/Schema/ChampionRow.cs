using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>Append-only ledger: the highest version of an identifier is in force.</summary>
internal sealed class ChampionRow
{
    public required Identifier Identifier { get; set; }

    public required int Version { get; set; }

    public required RunId RunId { get; set; }

    public required string ModelType { get; set; }

    public required ConfigHash ConfigHash { get; set; }

    /// <summary>Sequence of the pipeline that won; a lower one arriving later is superseded.</summary>
    public required long Sequence { get; set; }

    /// <summary>Unique: an attempt promotes at most once.</summary>
    public required AttemptId AttemptId { get; set; }

    /// <summary>JSON of the promotion pointer; the pointer files are written from it.</summary>
    public required string Pointer { get; set; }

    public required DateTimeOffset Since { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="ChampionRow"/>.</summary>
internal sealed class ChampionTable : IEntityTypeConfiguration<ChampionRow>
{
    public void Configure(EntityTypeBuilder<ChampionRow> builder)
    {
        builder.ToTable("champions", t => t.HasCheckConstraint("ck_champions_version", "version >= 1"));
        builder.HasKey(c => new { c.Identifier, c.Version });
        builder.Property(c => c.Identifier).HasMaxLength(Lengths.Name);
        builder.HasIndex(c => c.AttemptId).IsUnique();
        builder.HasOne<RunRow>().WithMany().HasForeignKey(c => c.RunId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<PromotionAttemptRow>().WithMany().HasForeignKey(c => c.AttemptId).OnDelete(DeleteBehavior.Restrict);
    }
}
