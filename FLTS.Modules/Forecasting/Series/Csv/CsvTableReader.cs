using System.Buffers;
using FLTS.Forecasting.Compute;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>
/// Reads a station's CSV: separators <c>,</c> <c>;</c> tab, decimal point or comma, quoted fields (each on one line), BOM, CRLF, gzip;
/// times and cells as FORECASTING.md 1 says and <c>docs/data.md</c> shows. Streams: beyond the numbers themselves it holds a few blocks of
/// the file, which are parsed side by side. Rows are counted as a spreadsheet does: the header is row 1.
/// </summary>
public static class CsvTableReader
{
    /// <summary>What it holds and what is made of it fit a core's cache together.</summary>
    private const int BlockBytes = 1 << 20;

    /// <summary>Reads a whole table.</summary>
    /// <param name="stream">CSV or gzip of one, from its beginning; left open.</param>
    /// <param name="file">Its name for messages.</param>
    /// <param name="options">Columns, zone, limits.</param>
    /// <param name="progress">Told after every block.</param>
    /// <param name="parallelism">Blocks are parsed beside the reading; cancellation is looked at at every block.</param>
    /// <exception cref="InvalidInputException">Something in the file cannot be used; names file, row and column.</exception>
    /// <exception cref="TooLargeException">More bytes than <see cref="CsvReadOptions.MaxBytes"/>, before or
    /// after decompression.</exception>
    public static RawTable Read(
        Stream stream,
        string file,
        CsvReadOptions options,
        IProgress<CsvProgress>? progress = null,
        Parallelism parallelism = default)
    {
        using var source = CsvSource.Open(stream, file, options.MaxBytes);
        return ReadBlocks(source, file, options, progress, parallelism);
    }

    private static RawTable ReadBlocks(
        CsvSource source, string file, CsvReadOptions options, IProgress<CsvProgress>? progress, Parallelism parallelism)
    {
        var lines = new LineBlocks(source, file, BlockBytes, options.MaxLineBytes);
        var (header, headerRow) = lines.ReadHeader(options.Reading.SkipRows);
        var layout = CsvLayout.Parse(header, file, options);
        var table = new CsvTableBuilder(
            layout,
            file,
            firstRow: options.RowsBefore + headerRow + 1,
            required: options.Columns is not null,
            options);

        var running = new Queue<Task<CsvBlock>>();
        var isFirst = true;
        using (var workers = new Workers(parallelism)) // A fault leaves blocks in flight: they end before anything is let go.
        {
            while (lines.Next() is { } block)
            {
                parallelism.Cancellation.ThrowIfCancellationRequested();
                var first = isFirst;
                isFirst = false;
                running.Enqueue(workers.Begin(
                    () =>
                    {
                        try
                        {
                            return CsvBlock.Parse(block.AsSpan(), layout, options.Timezone is not null, options.MaxLineBytes, first);
                        }
                        finally
                        {
                            ArrayPool<byte>.Shared.Return(block.Array!);
                        }
                    }));
                if (running.Count >= 2 * parallelism.Threads) // Some wait, so that nobody does while this thread reads.
                    Take(workers);
            }

            while (running.Count > 0)
                Take(workers);
        }

        return table.Build(source.Bytes);

        void Take(Workers workers)
        {
            using var block = workers.Result(running.Dequeue());
            table.Add(block);
            progress?.Report(new CsvProgress(table.Rows, source.Bytes));
        }
    }
}
