using FLTS.Forecasting.Live;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>
/// The intervals of a station's champion as its truths have moved them; those of one that is in force no more stay as they were, and go on
/// when it is again.
/// </summary>
internal sealed class LiveIntervalRow
{
    public required Identifier Identifier { get; set; }

    /// <summary>The champion's.</summary>
    public required RunId RunId { get; set; }

    /// <summary>Truths up to this time are counted, each once, in the order of time; what comes later for earlier times is not.</summary>
    public required DateTimeOffset CountedTo { get; set; }

    /// <summary>Times whose truths were counted: grows whenever an interval changes.</summary>
    public required long Revision { get; set; }

    /// <summary>See <see cref="AdaptedIntervals.Pack"/>.</summary>
    public required byte[] Packed { get; set; }

    /// <summary>See <see cref="IntervalWindows.Pack"/>: what follows from the forecasts that are kept and the rows as they are, whenever
    /// they came; null: nothing yet.</summary>
    public byte[]? Windows { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="LiveIntervalRow"/>.</summary>
internal sealed class LiveIntervalTable : IEntityTypeConfiguration<LiveIntervalRow>
{
    public void Configure(EntityTypeBuilder<LiveIntervalRow> builder)
    {
        builder.ToTable("live_intervals").HasKey(i => new { i.Identifier, i.RunId });
        builder.Property(i => i.Identifier).HasMaxLength(Lengths.Name);
        builder.Property(i => i.RunId).HasMaxLength(Lengths.Id);
        builder.HasIndex(i => i.RunId);
        builder.HasOne<RunRow>().WithMany().HasForeignKey(i => i.RunId).OnDelete(DeleteBehavior.Restrict);
    }
}
