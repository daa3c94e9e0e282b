using System.ComponentModel.DataAnnotations;
using System.IO.Enumeration;
using FLTS.Forecasting.Series.Csv;

namespace FLTS.Modules.Registry.Sources;

/// <summary>Section <c>Datasets</c>.</summary>
internal sealed record DatasetOptions : ICheckedTogether
{
    public const string Section = "Datasets";

    private const StringComparison NoCase = StringComparison.OrdinalIgnoreCase;

    /// <summary>Folder of the files that are offered as datasets; default <c>datasets</c> in the data folder.</summary>
    public string? Folder { get; init; }

    /// <summary>Bytes of a file at most, before and after decompression; 1024 to 2^40, default 2 GiB.</summary>
    [Range(1024, 1L << 40)]
    public long MaxBytes { get; init; } = 2L << 30;

    /// <summary>Columns at most, the timestamp among them; 2 to 10000, default 512.</summary>
    [Range(2, 10_000)]
    public int MaxColumns { get; init; } = 512;

    /// <summary>Bytes of a line at most; 64 to 2^26, default 1 MiB.</summary>
    [Range(64, 1 << 26)]
    public int MaxLineBytes { get; init; } = 1 << 20;

    /// <summary>Rows appended by one request at most; 1 to 10 million, default 100000.</summary>
    [Range(1, 10_000_000)]
    public int MaxAppendRows { get; init; } = 100_000;

    /// <summary>Requests that may wait while another reads a whole dataset; one more is answered 429. 0 to 1000, default 8.</summary>
    [Range(0, 1000)]
    public int MaxWaiting { get; init; } = 8;

    /// <summary>
    /// Megabytes of datasets that are kept after a chart was drawn of them, so that a zoom reads no file again; 0 to 65536, default 128.
    /// </summary>
    [Range(0, 65_536)]
    public int SeriesCacheMb { get; init; } = 128;

    /// <summary>
    /// Names of datasets whose files in the folder grow, <c>*</c> and <c>?</c> understood: their new rows are taken as they are written.
    /// Empty by default.
    /// </summary>
    public string[] Follow { get; init; } = [];

    /// <summary>Seconds between two looks at the files that are followed; 0.1 to 3600, default 2.</summary>
    [Range(0.1, 3600)]
    public double FollowSeconds { get; init; } = 2;

    /// <summary>How far ahead of the clock appended rows may be; 0 to 36500 days, default one day (<c>1.00:00:00</c>).</summary>
    public TimeSpan MaxFuture { get; init; } = TimeSpan.FromDays(1);

    public CsvReadOptions Limits => new()
    {
        MaxBytes = MaxBytes,
        MaxColumns = MaxColumns,
        MaxLineBytes = MaxLineBytes,
        MaxCells = MaxCells,
    };

    /// <summary>Of section Limits: what memory allows counts for it.</summary>
    internal long MaxCells { get; init; } = CsvReadOptions.DefaultMaxCells;

    /// <summary>Whether the train file of a dataset is followed.</summary>
    public bool IsFollowed(DatasetName name) => DatasetNames.IsName(name.Value)
        && Array.Exists(Follow, pattern => FileSystemName.MatchesSimpleExpression(pattern, name.Value, ignoreCase: false));

    public void CheckTogether()
    {
        if (Array.Find(Follow, p => !DatasetNames.IsName(p.Replace('*', 'x').Replace('?', 'x')) || p.EndsWith(".csv", NoCase)) is { } wrong)
            throw new InvalidInputException(
                $"{Section}:Follow names '{wrong}'; it must name datasets, without '.csv' and not their test files, such as PobleSec or "
                + "station-*.");
        if (MaxFuture < TimeSpan.Zero || MaxFuture > TimeSpan.FromDays(36_500))
            throw new InvalidInputException(
                $"{Section}:MaxFuture is {MaxFuture}; it must be between 00:00:00 and 36500 days, such as 1.00:00:00.");
    }
}
