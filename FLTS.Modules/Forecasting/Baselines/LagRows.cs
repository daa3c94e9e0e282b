using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Baselines;

/// <summary>
/// Rows of a series as regression rows: the standardised last <c>input_len</c> rows of all columns, oldest first, then 1.
/// </summary>
internal sealed class LagRows
{
    private readonly double[] _standardised; // [T, F]

    public LagRows(PreparedSeries series, int inputLength, ColumnSpread[] scale)
    {
        (Series, InputLength) = (series, inputLength);
        var columns = scale.Length;
        _standardised = new double[series.Rows * columns];
        for (var f = 0; f < columns; f++)
        {
            for (var t = 0; t < series.Rows; t++)
                _standardised[(t * columns) + f] = (series.Values[f][t] - scale[f].Mean) / scale[f].Deviation;
        }

        Columns = columns;
    }

    public PreparedSeries Series { get; }

    public int InputLength { get; }

    public int Columns { get; }

    /// <summary>Lags times columns, and the intercept.</summary>
    public int Features => (InputLength * Columns) + 1;

    public double At(int row, int column) => _standardised[(row * Columns) + column];

    /// <summary>[input_len * F] What explains a row that <see cref="Explained"/> gave, without the 1.</summary>
    public ReadOnlySpan<double> Window(int row) => _standardised.AsSpan((row - InputLength) * Columns, InputLength * Columns);

    /// <summary>Rows of a span whose answer was observed and whose input lies in their segment.</summary>
    public IEnumerable<int> Explained(bool[] observed, RowSpan span) => Enumerable.Range(span.Start, span.End - span.Start)
        .Where(row => observed[row] && IsExplained(row));

    private bool IsExplained(int row) => row >= InputLength && Series.Segments[row - InputLength] == Series.Segments[row];

    /// <summary>Writes the regression row that explains <paramref name="row"/>; false where its input crosses a border.</summary>
    public bool TryFill(int row, Span<double> into)
    {
        if (!IsExplained(row))
            return false;
        Window(row).CopyTo(into);
        into[^1] = 1;
        return true;
    }
}
