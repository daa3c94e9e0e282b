using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>
/// A run without whose artifact another one is no model. As long as that one has succeeded, the database refuses to prune this one.
/// </summary>
internal sealed class RunMemberRow
{
    /// <summary>The ENSEMBLE.</summary>
    public required RunId RunId { get; set; }

    /// <summary>Its member.</summary>
    public required RunId MemberRunId { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="RunMemberRow"/>.</summary>
internal sealed class RunMemberTable : IEntityTypeConfiguration<RunMemberRow>
{
    public void Configure(EntityTypeBuilder<RunMemberRow> builder)
    {
        builder.ToTable("run_members").HasKey(m => new { m.RunId, m.MemberRunId });
        builder.Property(m => m.RunId).HasMaxLength(Lengths.Id);
        builder.Property(m => m.MemberRunId).HasMaxLength(Lengths.Id);
        builder.HasIndex(m => m.MemberRunId);
        builder.HasOne<RunRow>().WithMany().HasForeignKey(m => m.MemberRunId).OnDelete(DeleteBehavior.Restrict);
    }
}
