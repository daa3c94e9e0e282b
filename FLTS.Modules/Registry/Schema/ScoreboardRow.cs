using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>A scoreboard, kept whole.</summary>
internal sealed class ScoreboardRow
{
    public required ScoreboardId ScoreboardId { get; set; }

    public required ConfigHash ConfigHash { get; set; }

    public required Identifier Identifier { get; set; }

    public PipelineId? PipelineId { get; set; }

    /// <summary>JSON, as the API answers it.</summary>
    public required string Board { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="ScoreboardRow"/>.</summary>
internal sealed class ScoreboardTable : IEntityTypeConfiguration<ScoreboardRow>
{
    public void Configure(EntityTypeBuilder<ScoreboardRow> builder)
    {
        builder.ToTable("scoreboards").HasKey(s => s.ScoreboardId);
        builder.Property(s => s.ScoreboardId).HasMaxLength(Lengths.Id);
        builder.HasIndex(s => new { s.ConfigHash, s.CreatedAt });
        builder.HasIndex(s => new { s.PipelineId, s.CreatedAt });
    }
}
