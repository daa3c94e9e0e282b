using FLTS.Forecasting.Series.Times;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>What a reader is told. Sizes are bytes.</summary>
public sealed record CsvReadOptions
{
    /// <summary>1.6 GB of numbers.</summary>
    public const long DefaultMaxCells = 200_000_000;

    /// <summary>Column with the times; null: <c>time</c>, <c>ts</c> or <c>ds</c>, the first of these there is.</summary>
    public string? TimestampColumn { get; init; }

    /// <summary>IANA zone of the dataset; null: zoned timestamps are refused.</summary>
    public string? Timezone { get; init; }

    /// <summary>Times of a zone come out as instants in UTC (default), or as local times as in data of before.</summary>
    public bool HasInstants { get; init; } = true;

    /// <summary>
    /// Columns that must be there and be numeric; null: every numeric column is read and text columns are left out with a warning.
    /// </summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>What the file does not say of itself.</summary>
    public ReadingOptions Reading { get; init; } = new();

    /// <summary>Most bytes of a file, both compressed and not; default 2 GiB.</summary>
    public long MaxBytes { get; init; } = 2L << 30;

    /// <summary>Bytes the file is known to have, before decompression; 0 (default): unknown. Memory is laid out for it.</summary>
    public long ExpectedBytes { get; init; }

    /// <summary>Most columns, the timestamp among them; default 512.</summary>
    public int MaxColumns { get; init; } = 512;

    /// <summary>Most numbers, rows times columns, times among them; default 200 million.</summary>
    public long MaxCells { get; init; } = DefaultMaxCells;

    /// <summary>Most bytes of one line; default 1 MiB.</summary>
    public int MaxLineBytes { get; init; } = 1 << 20;

    /// <summary>Rows wanted, the newest by time in the order of the file; 0: all.</summary>
    internal int Newest { get; init; }

    /// <summary>With <see cref="Newest"/>: all rows so long before the newest are wanted too; null: no more than these.</summary>
    internal TimeSpan? NewestSpan { get; init; }

    /// <summary>
    /// Rows that stand before the header in what the user knows, added to the rows that messages name; -1 where there is no header.
    /// </summary>
    internal long RowsBefore { get; init; }

    /// <summary>How times of two readings are read, where that is known from elsewhere.</summary>
    internal TimestampKinds KnownReading { get; init; }

    /// <summary>For what was stored: names that are refused today are read.</summary>
    internal bool AnyNames { get; init; }
}
