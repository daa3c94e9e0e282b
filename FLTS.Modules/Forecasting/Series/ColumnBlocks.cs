namespace FLTS.Forecasting.Series;

/// <summary>
/// Columns in the pieces they were read in, so that no row is moved until it is known where it belongs. B pieces, C columns, R rows.
/// </summary>
internal sealed class ColumnBlocks
{
    /// <summary>Bytes let go of after which the garbage collector is asked to take them.</summary>
    private const long DroppedBytes = 64 << 20;

    private readonly int[] _starts; // [B + 1]
    private readonly double[][][] _pieces; // [C][B][rows or more]
    private long _dropped;

    /// <param name="rows">[B] Rows of each piece.</param>
    /// <param name="pieces">[C][B] Taken over; a piece may have room behind its rows.</param>
    public ColumnBlocks(IReadOnlyList<int> rows, double[][][] pieces)
    {
        _pieces = pieces;
        _starts = new int[rows.Count + 1];
        for (var b = 0; b < rows.Count; b++)
            _starts[b + 1] = _starts[b] + rows[b];
    }

    /// <summary>Rows from <paramref name="start"/> on, as many as there is room for.</summary>
    public void CopyTo(int column, int start, Span<double> into)
    {
        for (var b = Block(start); into.Length > 0; b++)
        {
            var from = start - _starts[b];
            var count = Math.Min(_starts[b + 1] - start, into.Length);
            _pieces[column][b].AsSpan(from, count).CopyTo(into);
            into = into[count..];
            start += count;
        }
    }

    /// <summary>Rows by number; NaN for -1. Quick where successive numbers lie near each other.</summary>
    public void Gather(int column, ReadOnlySpan<int> rows, Span<double> into)
    {
        int first = 0, end = 0;
        ReadOnlySpan<double> piece = [];
        for (var t = 0; t < rows.Length; t++)
        {
            var row = rows[t];
            if (row < 0)
            {
                into[t] = double.NaN;
                continue;
            }

            if (row < first || row >= end)
            {
                var b = Block(row);
                first = _starts[b];
                end = _starts[b + 1];
                piece = _pieces[column][b];
            }

            into[t] = piece[row - first];
        }
    }

    /// <summary>Lets go of a column.</summary>
    public void Drop(int column)
    {
        _pieces[column] = [];
        var bytes = (long)_starts[^1] * sizeof(double);
        var dropped = Interlocked.Add(ref _dropped, bytes);

        // By itself the collector waits while memory is free, and a long file would take twice the memory it needs.
        // Marking a few large arrays is quick.
        if (dropped / DroppedBytes != (dropped - bytes) / DroppedBytes)
            Collect();
    }

    /// <summary>Lets go of what has outlived its columns.</summary>
    public void Drop()
    {
        if ((long)_starts[^1] * sizeof(double) * _pieces.Length > DroppedBytes)
            Collect();
    }

    private static void Collect() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);

    private int Block(int row)
    {
        var at = Array.BinarySearch(_starts, row);
        return at >= 0 ? at : ~at - 1;
    }
}
