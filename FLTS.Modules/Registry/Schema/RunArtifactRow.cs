using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>A file of a succeeded run, as its manifest lists it.</summary>
internal sealed class RunArtifactRow
{
    public required RunId RunId { get; set; }

    public required string Path { get; set; }

    public required long Size { get; set; }

    public required string Sha256 { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="RunArtifactRow"/>.</summary>
internal sealed class RunArtifactTable : IEntityTypeConfiguration<RunArtifactRow>
{
    public void Configure(EntityTypeBuilder<RunArtifactRow> builder)
    {
        builder.ToTable("run_artifacts").HasKey(r => new { r.RunId, r.Path });
    }
}
