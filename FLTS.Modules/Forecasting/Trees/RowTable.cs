using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Trees;

/// <summary>A series row by row: a window is one piece of it.</summary>
internal sealed class RowTable
{
    private readonly double[] _values; // [T, F]
    private readonly int _columns;

    public RowTable(PreparedSeries series)
    {
        _columns = series.Columns.Count;
        _values = new double[series.Rows * _columns];
        for (var f = 0; f < _columns; f++)
        {
            for (var t = 0; t < series.Rows; t++)
                _values[(t * _columns) + f] = series.Values[f][t];
        }
    }

    /// <summary>[end - start, F]</summary>
    public ReadOnlySpan<double> Rows(int start, int end) => _values.AsSpan(start * _columns, (end - start) * _columns);
}
