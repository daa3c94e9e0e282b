using System.Buffers;
using FLTS.Forecasting.Compute;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>The end of a CSV, without the memory that all its numbers would take.</summary>
public static class CsvTail
{
    private const int BlockBytes = 1 << 20;

    /// <summary>
    /// The last rows, as the end of what <see cref="CsvTableReader"/> reads; only these are parsed. A column that is text in
    /// earlier rows alone counts as numeric. Of a file that holds several series, all rows of the one: its last may lie anywhere.
    /// </summary>
    /// <param name="stream">CSV or gzip of one, from its beginning; left open.</param>
    /// <param name="file">Its name for messages.</param>
    /// <param name="rows">Rows wanted, at least 1; fewer where the file has fewer. Blank lines are none.</param>
    /// <param name="options">Columns, zone, limits.</param>
    /// <param name="cancellation">Looked at at every block.</param>
    /// <exception cref="InvalidInputException">Something in these rows cannot be used; names file, row and column.</exception>
    /// <exception cref="TooLargeException">More bytes than the limit.</exception>
    public static RawTable Read(Stream stream, string file, int rows, CsvReadOptions options, CancellationToken cancellation = default)
    {
        if (options.Reading.SeriesValue is not null)
            return CsvTableReader.Read(stream, file, options, null, new Parallelism(1, cancellation));

        using var source = CsvSource.Open(stream, file, options.MaxBytes);
        var lines = new LineBlocks(source, file, BlockBytes, options.MaxLineBytes);
        var (header, headerRow) = lines.ReadHeader(options.Reading.SkipRows);
        var earlier = new EarlierTimes(CsvLayout.Parse(header, file, options), options);
        var (kept, held, skipped) = (new Queue<(ArraySegment<byte> Lines, int Rows)>(), 0, headerRow - 1L);
        while (lines.Next() is { } block)
        {
            cancellation.ThrowIfCancellationRequested();
            earlier.See(block);
            var count = CountRows(block, int.MaxValue).Rows;
            kept.Enqueue((block, count));
            held += count;
            while (held - kept.Peek().Rows >= rows)
            {
                var gone = kept.Dequeue();
                held -= gone.Rows;
                skipped += gone.Lines.AsSpan().Count((byte)'\n');
                ArrayPool<byte>.Shared.Return(gone.Lines.Array!);
            }
        }

        using var tail = new MemoryStream();
        tail.Write([.. header, (byte)'\n']);
        while (kept.TryDequeue(out var block))
        {
            ReadOnlySpan<byte> text = block.Lines;
            var surplus = CountRows(text, held - rows).Bytes;
            (held, skipped) = (Math.Min(held, rows), skipped + text[..surplus].Count((byte)'\n'));
            tail.Write(text[surplus..]);
            ArrayPool<byte>.Shared.Return(block.Lines.Array!);
        }

        tail.Position = 0;
        return CsvTableReader.Read(
            tail,
            file,
            options with
            {
                MaxBytes = Math.Max(options.MaxBytes, tail.Length),
                RowsBefore = options.RowsBefore + skipped,
                Reading = options.Reading with { SkipRows = 0 },
                KnownReading = earlier.Reading(),
            },
            null,
            new Parallelism(1, cancellation));
    }

    /// <summary>Lines that are not blank, at most <paramref name="most"/>, and the bytes up to their end.</summary>
    private static (int Rows, int Bytes) CountRows(ReadOnlySpan<byte> text, int most)
    {
        var (rows, at) = (0, 0);
        while (at < text.Length && rows < most)
        {
            var rest = text[at..];
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            if (!line.IsEmpty && !(line.Length == 1 && line[0] == (byte)'\r'))
                rows++;
            at += end < 0 ? rest.Length : end + 1;
        }

        return (rows, at);
    }
}
