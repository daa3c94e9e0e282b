using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>Rows of a series as regression rows: the standardised last <c>input_len</c> rows of all columns, oldest first.</summary>
internal sealed class LagRows
{
    private readonly double[] _standardised; // [T, F]
    private readonly int _reach; // Rows before one that have to lie in its segment.

    /// <param name="series">The rows.</param>
    /// <param name="inputLength">L.</param>
    /// <param name="scale">[F]</param>
    /// <param name="values">[F][T] Standardised numbers in place of the series' own; null: none.</param>
    public LagRows(PreparedSeries series, int inputLength, ColumnSpread[] scale, double[][]? values = null)
    {
        (Series, InputLength, Columns, _reach) = (series, inputLength, scale.Length, inputLength);
        _standardised = new double[series.Rows * Columns];
        for (var f = 0; f < Columns; f++)
        {
            for (var t = 0; t < series.Rows; t++)
                _standardised[(t * Columns) + f] =
                    values is null ? (series.Values[f][t] - scale[f].Mean) / scale[f].Deviation : values[f][t];
        }
    }

    /// <param name="series">The rows.</param>
    /// <param name="reach">Rows up to one, itself among them, that its numbers were made of.</param>
    /// <param name="rows">[T, F] Numbers of any kind that stand for the rows up to each.</param>
    public LagRows(PreparedSeries series, int reach, double[] rows)
    {
        (Series, InputLength, Columns, _reach) = (series, 1, rows.Length / series.Rows, reach);
        _standardised = rows;
    }

    public PreparedSeries Series { get; }

    public int InputLength { get; }

    public int Columns { get; }

    /// <summary>L times F.</summary>
    public int Width => InputLength * Columns;

    public double At(int row, int column) => _standardised[(row * Columns) + column];

    /// <summary>[L * F] What lies before a row, up to the row before it.</summary>
    public ReadOnlySpan<double> Window(int row) => _standardised.AsSpan((row - InputLength) * Columns, Width);

    /// <summary>Whether the rows before one lie in its segment.</summary>
    public bool IsExplained(int row) =>
        row >= _reach && Series.Segments[row - _reach] == Series.Segments[row];
}
