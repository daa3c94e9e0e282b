namespace FLTS.Forecasting.Baselines;

/// <summary>
/// X'X of windows, for one set of rows after another: from set to set only the rows that differ are added or taken away, so that leads
/// and targets, whose sets are nearly the same, share one sum.
/// </summary>
internal sealed class LagSums
{
    private readonly LagRows _lags;
    private readonly double[][] _gram; // [L * F][p + 1]
    private readonly bool[] _in; // [T]
    private int _rows;

    public LagSums(LagRows lags)
    {
        _lags = lags;
        _gram = [.. Enumerable.Range(0, lags.Width).Select(p => new double[p + 1])];
        _in = new bool[lags.Series.Rows];
    }

    /// <summary>[L * F][p + 1] The lower triangle, of the rows moved to last.</summary>
    public double[][] Gram => _gram;

    /// <summary>Sums over these rows from now on.</summary>
    /// <param name="rows">Ascending.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    public void Move(IReadOnlyList<int> rows, CancellationToken cancellation)
    {
        var wanted = new bool[_in.Length];
        foreach (var row in rows)
            wanted[row] = true;
        var differ = 0;
        for (var t = 0; t < wanted.Length; t++)
            differ += wanted[t] != _in[t] ? 1 : 0;
        if (differ > rows.Count)
        {
            Array.Clear(_in);
            foreach (var row in _gram)
                Array.Clear(row);
        }

        for (var t = 0; t < wanted.Length; t++)
        {
            if (wanted[t] == _in[t])
                continue;
            if ((++_rows & 1023) == 0)
                cancellation.ThrowIfCancellationRequested();
            Add(_gram, _lags.Window(t), wanted[t] ? 1 : -1);
            _in[t] = wanted[t];
        }
    }

    /// <summary>gram += times * window window'</summary>
    public static void Add(double[][] gram, ReadOnlySpan<double> window, double times)
    {
        for (var p = 0; p < window.Length; p++)
            Vectors.AddScaled(window[..(p + 1)], times * window[p], gram[p]);
    }
}
