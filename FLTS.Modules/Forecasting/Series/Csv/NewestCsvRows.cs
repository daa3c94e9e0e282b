namespace FLTS.Forecasting.Series.Csv;

/// <summary>
/// The newest rows of a file, in whatever order it has them: blocks come in, and what older rows can no longer be among them goes.
/// </summary>
/// <param name="columns">Numeric columns.</param>
/// <param name="wanted">Rows, at least 1.</param>
/// <param name="span">Before the newest time, of which all rows are wanted too; null: none.</param>
internal sealed class NewestCsvRows(int columns, int wanted, TimeSpan? span)
{
    private readonly List<double>[] _values = [.. Enumerable.Range(0, columns).Select(_ => new List<double>())];
    private readonly List<DateTime> _times = [];
    private int _room = 2 * wanted;

    public int Rows => _times.Count;

    /// <summary>[R] Those that are held, in the order of the file.</summary>
    public DateTime[] Times => [.. _times];

    /// <summary>[R] The same of a column.</summary>
    public double[] Column(int column) => [.. _values[column]];

    /// <summary>Takes the next rows.</summary>
    /// <param name="times">[R]</param>
    /// <param name="values">[C][R or longer]</param>
    /// <param name="areSettled">The times are what they seem, so that rows can be compared.</param>
    public void Add(ReadOnlySpan<DateTime> times, double[][] values, bool areSettled)
    {
        _times.AddRange(times);
        for (var c = 0; c < _values.Length; c++)
            _values[c].AddRange(values[c].AsSpan(0, times.Length));
        if (!areSettled || _times.Count <= _room)
            return;
        Cut();
        _room = 2 * _times.Count; // A span may hold more than are wanted.
    }

    /// <summary>The rows wanted, in the order of the file.</summary>
    /// <param name="times">What <see cref="Times"/> are, settled; becomes those of the rows.</param>
    /// <param name="kept">Columns that are taken.</param>
    public ColumnBlocks Take(ref DateTime[] times, List<int> kept)
    {
        for (var t = 0; t < times.Length; t++)
            _times[t] = times[t];
        Cut();
        times = Times;
        return new ColumnBlocks([Rows], [.. kept.Select(c => (double[][])[Column(c)])]);
    }

    /// <summary>Lets go of all but the newest; of equal times the last in the file is the newest.</summary>
    private void Cut()
    {
        if (_times.Count <= wanted)
            return;
        var order = new int[_times.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort([.. _times], order);
        var limit = _times[order[^wanted]];
        if (span is { } length && _times[order[^1]] - length < limit)
            limit = _times[order[^1]] - length;
        var surplus = span is null ? _times.Count(t => t >= limit) - wanted : 0;
        var kept = 0;
        for (var t = 0; t < _times.Count; t++)
        {
            if (_times[t] < limit || (_times[t] == limit && surplus-- > 0))
                continue;
            _times[kept] = _times[t];
            foreach (var column in _values)
                column[kept] = column[t];
            kept++;
        }

        _times.RemoveRange(kept, _times.Count - kept);
        foreach (var column in _values)
            column.RemoveRange(kept, column.Count - kept);
    }
}
