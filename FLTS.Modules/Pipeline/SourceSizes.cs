using FLTS.Forecasting.Features;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series.Csv;
using FLTS.Modules.Storage;

namespace FLTS.Modules.Pipeline;

/// <summary>How much data a pipeline will have, at least, told from the beginning of its sources and their sizes.</summary>
internal sealed class SourceSizes(IObjectStore store)
{
    private const int Looked = 1 << 16;

    /// <summary>Later lines may be longer than the first: only half of the rows that these promise are counted.</summary>
    private const double Sure = 0.5;

    /// <summary>Rows and columns that a fit of this configuration will have at least, and rows of test.</summary>
    public async Task<(FitSize Train, long TestRows)> AtLeastAsync(PreprocessConfig config, CancellationToken cancellation)
    {
        var rows = await RowsAsync(config.TrainSha256, cancellation);
        var (train, test) = config.TestSha256 is { } sha256
            ? (rows, await RowsAsync(sha256, cancellation))
            : (rows * (1 - config.TestFraction), rows * config.TestFraction);
        var targets = config.Targets?.Count ?? 1;
        var measured = config.Targets is null ? 1 : config.Targets.Union(config.Inputs ?? [], StringComparer.Ordinal).Count();
        var columns = (measured * (1 + config.Lags.Count)) + (config.Calendar ? CalendarFeatures.Names.Count : 0);
        return (new FitSize(Taken(train, config.SampleTrainRows), columns, targets), Taken(test, config.SampleTestRows));
    }

    private static long Taken(double rows, int sample) => Math.Max(1, (long)(sample > 0 ? Math.Min(rows, sample) : rows));

    /// <summary>Of what is packed the packed size counts: it has at least so many bytes.</summary>
    private async Task<double> RowsAsync(string sha256, CancellationToken cancellation)
    {
        var key = ObjectKeys.Source(sha256);
        if (await store.StatAsync(key, cancellation) is not { Size: var size })
            return 1;

        await using var stored = await store.OpenReadAsync(key, cancellation);
        var head = new byte[Looked];
        var got = await stored.ReadAtLeastAsync(head, Looked, throwOnEndOfStream: false, cancellation);
        try
        {
            using var source = CsvSource.Open(new MemoryStream(head, 0, got), key.ToString(), long.MaxValue);
            var text = new byte[Looked];
            int length = 0, more;
            while ((more = source.Read(text.AsSpan(length))) > 0)
                length += more;

            return Sure * size * text.AsSpan(0, length).Count((byte)'\n') / Math.Max(1, length);
        }
        catch (InvalidInputException)
        {
            return 1; // It is damaged, or its first piece is no whole one; whoever reads it says so.
        }
    }
}
