using FLTS.Forecasting.Series.Csv;

namespace FLTS.Modules.Registry.Sources;

/// <summary>Limits in section <c>Datasets</c> (its <c>Folder</c> is the Registry's).</summary>
internal sealed record DatasetOptions
{
    public const string Section = "Datasets";

    /// <summary>Bytes of a file at most, before and after decompression; 1024 to 2^40, default 2 GiB.</summary>
    public long MaxBytes { get; init; } = 2L << 30;

    /// <summary>Columns at most, the timestamp among them; 2 to 10000, default 512.</summary>
    public int MaxColumns { get; init; } = 512;

    /// <summary>Bytes of a line at most; 64 to 2^26, default 1 MiB.</summary>
    public int MaxLineBytes { get; init; } = 1 << 20;

    /// <summary>Rows appended by one request at most; 1 to 10 million, default 100000.</summary>
    public int MaxAppendRows { get; init; } = 100_000;

    /// <summary>Requests that may wait while another reads a whole dataset; one more is answered 429. 0 to 1000, default 8.</summary>
    public int MaxWaiting { get; init; } = 8;

    public CsvReadOptions Limits => new() { MaxBytes = MaxBytes, MaxColumns = MaxColumns, MaxLineBytes = MaxLineBytes };

    /// <summary>Says which setting is wrong and what would be right.</summary>
    /// <exception cref="InvalidInputException">A setting is out of range.</exception>
    public void Validate()
    {
        Check(nameof(MaxBytes), MaxBytes, 1024, 1L << 40);
        Check(nameof(MaxColumns), MaxColumns, 2, 10_000);
        Check(nameof(MaxLineBytes), MaxLineBytes, 64, 1 << 26);
        Check(nameof(MaxAppendRows), MaxAppendRows, 1, 10_000_000);
        Check(nameof(MaxWaiting), MaxWaiting, 0, 1000);

        static void Check(string name, long value, long least, long most)
        {
            if (value < least || value > most)
                throw new InvalidInputException($"{Section}:{name} is {value}; it must be between {least} and {most}.");
        }
    }
}
