using FLTS.Modules.Contracts;

namespace FLTS.Modules.Forecasting.Series;

/// <summary>The end of a CSV, without the memory that all its numbers would take.</summary>
public static class CsvTail
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Header and last rows. Rows are counted from the header, as if the rows between were not there.</summary>
    /// <param name="stream">CSV or gzip of one, from its beginning; left open.</param>
    /// <param name="file">Its name for messages.</param>
    /// <param name="rows">Rows wanted, at least 1; fewer where the file has fewer.</param>
    /// <param name="options">Columns, zone, limits.</param>
    /// <param name="cancellation">Looked at at every megabyte.</param>
    /// <exception cref="InvalidInputException">Something in these rows cannot be used; names file and column.</exception>
    /// <exception cref="TooLargeException">More bytes than the limit.</exception>
    public static RawTable Read(Stream stream, string file, int rows, CsvReadOptions options, CancellationToken cancellation = default)
    {
        using var source = CsvSource.Open(stream, file, options.MaxBytes);
        var (header, kept) = (new List<byte>(), new List<byte>());
        var inHeader = true;
        var buffer = new byte[ChunkBytes];
        for (int got; (got = source.Read(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> chunk = buffer.AsSpan(0, got);
            if (inHeader)
            {
                var end = chunk.IndexOf((byte)'\n');
                header.AddRange(end < 0 ? chunk : chunk[..(end + 1)]);
                if (header.Count > options.MaxLineBytes)
                    throw new InvalidInputException($"{file}: row 1: the line is longer than {options.MaxLineBytes} bytes.");

                // Blank lines before the header are none.
                inHeader = end < 0 || header.TrueForAll(b => b is (byte)'\n' or (byte)'\r');
                chunk = end < 0 ? [] : chunk[(end + 1)..];
                if (inHeader && end >= 0)
                    header.Clear();
            }

            kept.AddRange(chunk);
            if (kept.Count > 4 * ChunkBytes)
                kept.RemoveRange(0, StartOfLast(kept, rows));
            if (kept.Count > Math.Max(4 * ChunkBytes, (long)rows * options.MaxLineBytes))
                throw new InvalidInputException($"{file}: a line near the end is longer than {options.MaxLineBytes} bytes.");
        }

        kept.RemoveRange(0, StartOfLast(kept, rows));
        using var tail = new MemoryStream([.. header, .. kept]);
        return CsvTableReader.Read(tail, file, options, null, cancellation);
    }

    private static int StartOfLast(List<byte> bytes, int rows)
    {
        var text = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes);
        var end = text.Length;
        while (end > 0 && text[end - 1] is (byte)'\n' or (byte)'\r')
            end--;
        for (var found = 0; end > 0 && found < rows; found++)
        {
            end = text[..end].LastIndexOf((byte)'\n');
            if (end < 0)
                return 0;
        }

        return end + 1;
    }
}
