using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>Rows of a series as regression rows: the standardised last <c>input_len</c> rows of all columns, oldest first.</summary>
internal sealed class LagRows
{
    private readonly double[] _standardised; // [T, F]

    /// <param name="series">The rows.</param>
    /// <param name="inputLength">L.</param>
    /// <param name="scale">[F]</param>
    /// <param name="values">[F][T] Standardised numbers in place of the series' own; null: none.</param>
    public LagRows(PreparedSeries series, int inputLength, ColumnSpread[] scale, double[][]? values = null)
    {
        (Series, InputLength, Columns) = (series, inputLength, scale.Length);
        _standardised = new double[series.Rows * Columns];
        for (var f = 0; f < Columns; f++)
        {
            for (var t = 0; t < series.Rows; t++)
                _standardised[(t * Columns) + f] =
                    values is null ? (series.Values[f][t] - scale[f].Mean) / scale[f].Deviation : values[f][t];
        }
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
        row >= InputLength && Series.Segments[row - InputLength] == Series.Segments[row];
}
