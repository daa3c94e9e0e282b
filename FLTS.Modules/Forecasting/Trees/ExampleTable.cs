using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Trees;

/// <summary>Windows of a series and what comes after them, as examples to learn from.</summary>
internal sealed class ExampleTable
{
    private readonly PreparedSeries _series;
    private readonly TreeHyperparameters _parameters;
    private readonly float[]?[] _rows; // [T] Features of the window that ends before each row; null where it crosses a border.

    public ExampleTable(PreparedSeries series, TreeHyperparameters parameters)
    {
        (_series, _parameters, Windows) = (series, parameters, new WindowFeatures(series.Columns, parameters.InputLen));
        var (length, columns) = (parameters.InputLen, series.Columns.Count);
        var table = new double[series.Rows * columns];
        for (var f = 0; f < columns; f++)
        {
            for (var t = 0; t < series.Rows; t++)
                table[(t * columns) + f] = series.Values[f][t];
        }

        _rows = new float[]?[series.Rows];
        for (var t = length; t < series.Rows; t++)
        {
            if (series.Segments[t - length] != series.Segments[t])
                continue;
            var row = _rows[t] = new float[Windows.Names.Count];
            Windows.FillWindow(table.AsSpan((t - length) * columns, length * columns), row);
            Windows.FillStep(1, series.Timestamps[t], row);
        }
    }

    /// <summary>How windows become features.</summary>
    public WindowFeatures Windows { get; }

    public IReadOnlyList<string> Features => Windows.Names;

    /// <summary>The rows of a span that were observed and have a window in their segment.</summary>
    /// <param name="target">What is to be forecast.</param>
    /// <param name="span">Rows that are the truth.</param>
    /// <param name="further">False: from the window right before each row. True: from one that ends 2 to horizon rows before it, drawn by
    /// the seed, near ones more often: there is more to be known about them.</param>
    public TreeExamples Of(string target, RowSpan span, bool further)
    {
        var column = _series.IndexOf(target);
        var random = new Random(_parameters.Seed);
        var (features, labels) = (new List<float[]>(), new List<float>());
        for (var t = span.Start; t < span.End; t++)
        {
            var step = further ? Draw(random) : 1;
            var start = t - step + 1;
            if (start < 0 || _rows[start] is not { } row || _series.Segments[start] != _series.Segments[t] || !_series.Observed[column][t])
                continue;
            if (further)
            {
                row = [.. row];
                Windows.FillStep(step, _series.Timestamps[t], row);
            }

            features.Add(row);
            labels.Add(
                (float)(_series.Values[column][t]
                    - (_parameters.TargetMode == TreeTarget.Residual ? _series.Values[column][start - 1] : 0)));
        }

        return new TreeExamples([.. features], [.. labels]);
    }

    /// <summary>2 to horizon, its logarithm uniform.</summary>
    private int Draw(Random random) => (int)(2 * Math.Pow((_parameters.Horizon + 1) / 2.0, random.NextDouble()));
}
