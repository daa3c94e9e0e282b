using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Trees;

/// <summary>Windows of a series row by row, in a model's order of columns. For one caller at a time.</summary>
internal sealed class WindowRows
{
    private readonly ModelSignature _signature;
    private readonly PreparedSeries _series;
    private readonly double[][] _columns; // [F][T]
    private readonly int[] _targets; // [M] Among the columns.
    private readonly double[] _rows; // [input_len, F]

    public WindowRows(ModelSignature signature, PreparedSeries series)
    {
        (_signature, _series) = (signature, series);
        _columns = [.. signature.Inputs.Select(name => series.Values[series.IndexOf(name)])];
        _targets = [.. signature.Targets.Select(name => signature.Inputs.ToList().IndexOf(name))];
        _rows = new double[signature.InputLength * _columns.Length];
    }

    /// <summary>[input_len, F] The window that ends at a row; until the next is asked for.</summary>
    /// <exception cref="InvalidInputException">It is too short or crosses a border.</exception>
    public ReadOnlySpan<double> At(int origin)
    {
        var length = _signature.InputLength;
        if (!new Window(_series, origin).HasRows(length))
            throw new InvalidInputException(
                $"{_signature.ModelType} needs {length} rows without a gap up to row {origin}; the series does not have them there.");
        for (var t = 0; t < length; t++)
        {
            for (var f = 0; f < _columns.Length; f++)
                _rows[(t * _columns.Length) + f] = _columns[f][origin - length + 1 + t];
        }

        return _rows;
    }

    /// <summary>[F] Of a window's rows, the last.</summary>
    public ReadOnlySpan<double> Last(ReadOnlySpan<double> window) => window[^_columns.Length..];

    /// <summary>Of a window's rows, the last value of a target.</summary>
    public double LastOf(ReadOnlySpan<double> window, int target) => Last(window)[_targets[target]];
}
