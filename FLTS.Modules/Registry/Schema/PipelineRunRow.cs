using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>Which run a pipeline uses for a model type.</summary>
internal sealed class PipelineRunRow
{
    public required PipelineId PipelineId { get; set; }

    public required string ModelType { get; set; }

    public required RunId RunId { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="PipelineRunRow"/>.</summary>
internal sealed class PipelineRunTable : IEntityTypeConfiguration<PipelineRunRow>
{
    public void Configure(EntityTypeBuilder<PipelineRunRow> builder)
    {
        builder.ToTable("pipeline_runs").HasKey(r => new { r.PipelineId, r.ModelType });
        builder.Property(r => r.ModelType).HasMaxLength(Lengths.Type);
        builder.HasIndex(r => r.RunId);
        builder.HasOne<RunRow>().WithMany().HasForeignKey(r => r.RunId).OnDelete(DeleteBehavior.Restrict);
    }
}
