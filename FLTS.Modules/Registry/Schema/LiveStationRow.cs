using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FLTS.Modules.Registry.Schema;

/// <summary>
/// An identifier with a champion, whose forecasts meet what comes true: how far its rows are scored. It never ends.
/// </summary>
internal sealed class LiveStationRow : ILeased
{
    public required Identifier Identifier { get; set; }

    /// <summary>Whose rows are its truth; null: nobody has looked yet.</summary>
    public DatasetName? Dataset { get; set; }

    /// <summary>Line of the ledger that the roles were taken from; 0: none.</summary>
    public int Version { get; set; }

    /// <summary>JSON: seconds between its rows, and what else there is to their step; null: nobody has looked yet.</summary>
    public string? Step { get; set; }

    /// <summary>Whatever the log said up to this count of changes is scored.</summary>
    public long Changes { get; set; }

    /// <summary>The count of changes up to which it is being scored; null: all that was seen is.</summary>
    public long? Target { get; set; }

    /// <summary>Of what came up to <see cref="Target"/>, rows up to this time are scored; null: none yet.</summary>
    public DateTimeOffset? DoneTo { get; set; }

    /// <summary>The newest row that is scored; null: none is.</summary>
    public DateTimeOffset? ScoredTo { get; set; }

    /// <summary>When that row came.</summary>
    public DateTimeOffset? KnownAt { get; set; }

    /// <summary>
    /// The champion's mean absolute error one step ahead over EWMA's, in the newest 24 hours of <c>TimeBuckets</c>; null: nothing is known.
    /// </summary>
    public double? Ratio { get; set; }

    /// <summary>Share of the truths of these hours inside the champion's intervals of 80 percent; null: it has none.</summary>
    public double? Coverage { get; set; }

    /// <summary>Hours before this one are kept by day; what is said of them later changes nothing any more.</summary>
    public DateTimeOffset? ThinnedTo { get; set; }

    public long LeaseToken { get; set; }

    public string? LeaseOwner { get; set; }

    public long? LeaseHeartbeat { get; set; }

    public int Tries { get; set; }

    public int Faults { get; set; }

    public int Deaths { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    public string? Error { get; set; }
}

/// <summary>Keys, constraints and indexes of <see cref="LiveStationRow"/>.</summary>
internal sealed class LiveStationTable : IEntityTypeConfiguration<LiveStationRow>
{
    public void Configure(EntityTypeBuilder<LiveStationRow> builder)
    {
        builder.ToTable("live_stations").HasKey(s => s.Identifier);
        builder.Property(s => s.Identifier).HasMaxLength(Lengths.Name);
        builder.Property(s => s.Dataset).HasMaxLength(Lengths.Name);
        builder.Property(s => s.Error).HasConversion<StoredSentence>();
        builder.HasIndex(s => s.Dataset);
    }
}
