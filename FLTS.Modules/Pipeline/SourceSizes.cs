using System.Globalization;
using FLTS.Forecasting.Features;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series.Csv;
using FLTS.Forecasting.Series.Grid;
using FLTS.Modules.Storage;

namespace FLTS.Modules.Pipeline;

/// <summary>How much data a pipeline will have, at least, told from the beginning of its sources and their sizes.</summary>
internal sealed class SourceSizes(IObjectStore store)
{
    private const int Looked = 1 << 16;

    /// <summary>Later lines may be longer than the first: only half of the rows that these promise are counted.</summary>
    private const double Sure = 0.5;

    /// <summary>Rows and columns that a fit of this configuration will have at least, and rows of test.</summary>
    /// <param name="config">What is asked for.</param>
    /// <param name="mostCells">Values that a source may have, its gaps filled.</param>
    /// <param name="cancellation">Stops the looking.</param>
    /// <exception cref="InvalidInputException">The gaps that are seen would be filled with more; the message has the sum.</exception>
    public async Task<(FitSize Train, double TestRows)> AtLeastAsync(
        PreprocessConfig config, long mostCells, CancellationToken cancellation)
    {
        var rows = await RowsAsync(config, config.TrainSha256, mostCells, cancellation);
        var (train, test) = config switch
        {
            { TestSha256: { } sha256 } => (rows, await RowsAsync(config, sha256, mostCells, cancellation)),
            { TestSpan: not null } => (1, 1), // How many rows lie in a span only the reading shows.
            _ => (rows * (1 - config.TestFraction), rows * config.TestFraction),
        };
        var targets = config.Targets?.Count ?? 1;
        var columns = (Measured(config) * (1 + config.Lags.Count)) + (config.Calendar ? CalendarFeatures.Names.Count : 0);
        return (new FitSize(Taken(train, config.SampleTrainRows), columns, targets), Taken(test, config.SampleTestRows));
    }

    private static long Taken(double rows, int sample) => Math.Max(1, (long)(sample > 0 ? Math.Min(rows, sample) : rows));

    private static int Measured(PreprocessConfig config) =>
        config.Targets is null ? 1 : config.Targets.Union(config.Inputs ?? [], StringComparer.Ordinal).Count();

    /// <summary>Of what is packed the packed size counts: it has at least so many bytes.</summary>
    private async Task<double> RowsAsync(PreprocessConfig config, string sha256, long mostCells, CancellationToken cancellation)
    {
        // How many rows are of one series, or what a coarser grid makes of them, only the reading shows.
        if (config.Reading.Resample is not null || config.Reading.SeriesColumn is not null)
            return 1;

        var key = ObjectKeys.Source(sha256);
        if (await store.StatAsync(key, cancellation) is not { Size: var size })
            return 1;

        await using var stored = await store.OpenReadAsync(key, cancellation);
        var head = new byte[Looked];
        var got = await stored.ReadAtLeastAsync(head, Looked, throwOnEndOfStream: false, cancellation);
        var text = new byte[Looked];
        var length = 0;
        try
        {
            using var source = CsvSource.Open(new MemoryStream(head, 0, got), key.ToString(), long.MaxValue);
            for (int more; (more = source.Read(text.AsSpan(length))) > 0;)
                length += more;
        }
        catch (InvalidInputException)
        {
            return 1; // It is damaged, or its first piece is no whole one; whoever reads it says so.
        }

        var rows = Sure * size * text.AsSpan(0, length).Count((byte)'\n') / Math.Max(1, length);
        var filled = Filled(config, text.AsMemory(0, length));
        var (all, columns) = (rows + filled, Measured(config) + 1);
        return filled == 0 || all * columns <= mostCells ? all : throw new InvalidInputException(string.Create(
            CultureInfo.InvariantCulture,
            $"With the missing rows of gaps of up to {config.MaxGapSteps} steps (max_gap_steps) the series would have at least {all:N0} "
            + $"rows ({filled:N0} of them in the gaps of its first {Looked >> 10} kB) of {columns} columns; at most {mostCells:N0} values "
            + $"are taken (Limits:Cells, Limits:MemoryMb). Use a smaller max_gap_steps."));
    }

    /// <summary>Rows that will be put into the gaps of the beginning, so far as they can be told without reading it all.</summary>
    private static double Filled(PreprocessConfig config, ReadOnlyMemory<byte> text)
    {
        if (config.MaxGapSteps <= SeriesFrame.DefaultMaxGapSteps
            || config.Reading.Step is not null
            || text.Span.LastIndexOf((byte)'\n') is not (var end and > 0))
            return 0;

        try
        {
            using var lines = new MemoryStream(text[..end].ToArray());
            var table = CsvTableReader.Read(lines, "", DatasetPreparer.ReadOptions(config) with { Columns = null });
            var times = table.Timestamps.Order().ToArray();
            long[] between = [.. times.Zip(times.Skip(1), (before, after) => (after - before).Ticks).Where(t => t > 0)];
            if (between.Length == 0)
                return 0;

            var step = (double)between.Order().ElementAt(between.Length / 2);
            return between.Select(ticks => Math.Round(ticks / step) - 1).Where(gap => gap > 0 && gap <= config.MaxGapSteps).Sum();
        }
        catch (FltsException)
        {
            return 0; // As above.
        }
    }
}
