using System.Buffers;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>Cuts a file into blocks of whole lines in pooled buffers.</summary>
internal sealed class LineBlocks(CsvSource source, string file, int blockBytes, int maxLineBytes)
{
    private byte[] _carried = [];
    private int _linesSeen;
    private bool _ended;

    /// <summary>The first line that is not blank, without BOM and line end.</summary>
    /// <param name="skipRows">Lines behind it, not counting blank ones, that are passed over.</param>
    /// <returns>The line, and the row of the last line that was read.</returns>
    /// <exception cref="InvalidInputException">The file is empty or one of these lines too long.</exception>
    public (byte[] Line, int Row) ReadHeader(int skipRows)
    {
        byte[]? header = null;
        while (Next() is { } block)
        {
            var span = block.AsSpan();
            if (_linesSeen == 0 && span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
                span = span[3..];
            while (span.Length > 0)
            {
                _linesSeen++;
                var end = span.IndexOf((byte)'\n');
                var line = end < 0 ? span : span[..end];
                span = end < 0 ? [] : span[(end + 1)..];
                if (line.Length > maxLineBytes)
                    throw new InvalidInputException($"{file}: row {_linesSeen}: the line is longer than {maxLineBytes} bytes.");
                line = line.TrimEnd((byte)'\r');
                if (line.IsEmpty)
                    continue;
                var isLast = header is null ? skipRows == 0 : --skipRows == 0;
                header ??= line.ToArray();
                if (!isLast)
                    continue;
                // What follows in this block comes again as the first rows.
                _carried = [.. span, .. _carried];
                ArrayPool<byte>.Shared.Return(block.Array!);
                return (header, _linesSeen);
            }

            ArrayPool<byte>.Shared.Return(block.Array!);
        }

        return header is null
            ? throw new InvalidInputException($"{file}: the file is empty; it must start with a header line and hold rows.")
            : (header, _linesSeen);
    }

    /// <summary>The next block, or null at the end. Whoever takes it returns its array to the shared pool.</summary>
    public ArraySegment<byte>? Next()
    {
        if (_ended && _carried.Length == 0)
            return null;
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(blockBytes, _carried.Length + (blockBytes / 2)));
        _carried.CopyTo(buffer, 0);
        var filled = _carried.Length;
        _carried = [];
        while (true)
        {
            while (!_ended && filled < buffer.Length)
            {
                var got = source.Read(buffer.AsSpan(filled));
                _ended = got == 0;
                filled += got;
            }

            if (_ended)
                return filled == 0 ? (ArraySegment<byte>?)null : new ArraySegment<byte>(buffer, 0, filled);
            var end = buffer.AsSpan(0, filled).LastIndexOf((byte)'\n');
            if (end >= 0)
            {
                _carried = buffer.AsSpan((end + 1)..filled).ToArray();
                return new ArraySegment<byte>(buffer, 0, end + 1);
            }

            // One line fills the buffer: the parser names its row when it is over the limit.
            if (filled > maxLineBytes)
            {
                _ended = true;
                return new ArraySegment<byte>(buffer, 0, filled);
            }

            var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
            buffer.AsSpan(0, filled).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
    }
}
