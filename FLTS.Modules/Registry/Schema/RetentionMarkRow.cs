using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>
/// Something that fell out of use. Whoever wants it again deletes the row in the transaction in which it is put to use; whoever prunes it
/// takes the row before anything is removed. The row decides between the two.
/// </summary>
internal sealed class RetentionMarkRow
{
    public RetentionKind Kind { get; set; }

    /// <summary>Run id, <c>config_hash</c>, SHA-256 of a source or identifier, as <see cref="Kind"/> says.</summary>
    public required string Id { get; set; }

    /// <summary>When it was seen to be out of use; the grace counts from here.</summary>
    public required DateTimeOffset Since { get; set; }

    /// <summary>When its removal began, which ends only with everything removed; null: nobody has begun.</summary>
    public DateTimeOffset? TakenAt { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="RetentionMarkRow"/>.</summary>
internal sealed class RetentionMarkTable : IEntityTypeConfiguration<RetentionMarkRow>
{
    public void Configure(EntityTypeBuilder<RetentionMarkRow> builder)
    {
        builder.ToTable(
            "retention_marks",
            t => t.HasCheckConstraint("ck_retention_marks_kind", "kind IN ('run', 'data', 'source', 'identifier')"));
        builder.HasKey(m => new { m.Kind, m.Id });
        builder.Property(m => m.Id).HasMaxLength(Lengths.Id);
        builder.HasIndex(m => m.TakenAt);
    }
}
