using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Trees;

/// <summary>
/// Windows and a row after each, for <c>lead_mode: recursive</c>: the next row, or one 2 to <c>horizon</c> rows on, drawn by the seed, near
/// ones more often: there is more to be known about them.
/// </summary>
internal sealed class StepExamples : IExamples
{
    private readonly PreparedSeries _series;
    private readonly TreeTarget _mode;
    private readonly int _validationStart;
    private readonly List<(int Row, int Start)> _examples = []; // The row that is forecast and the first one after its window.
    private readonly int _drawnForAll;

    /// <param name="data">Train.</param>
    /// <param name="parameters">Of the trees.</param>
    /// <param name="windows">How windows become features.</param>
    /// <param name="further">Not the next row.</param>
    /// <param name="lightGbm">LightGBM's parameters.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    public StepExamples(
        TrainingSet data,
        TreeHyperparameters parameters,
        WindowFeatures windows,
        bool further,
        string lightGbm,
        CancellationToken cancellation)
    {
        (_series, _mode, _validationStart) = (data.Series, parameters.TargetMode, data.ValidationStart);
        Draw(parameters, further, 0);
        _drawnForAll = _examples.Count;
        if (further)
            Draw(parameters, further, _validationStart);
        var table = new RowTable(_series);
        var fit = Enumerable.Range(0, _drawnForAll).Where(i => _examples[i].Row < _validationStart).ToArray();
        Rows = BinnedRows.Of(lightGbm, _examples.Count, windows.Names.Count, fit, Fill, cancellation);

        void Fill(int example, Span<float> into)
        {
            var (row, start) = _examples[example];
            windows.FillWindow(table.Rows(start - parameters.InputLen, start), into);
            windows.FillStep(row - start + 1, _series.LocalTime(row, 0), into);
        }
    }

    public BinnedRows Rows { get; }

    public Examples Of(int target, TrainPart part)
    {
        var column = _series.IndexOf(_series.Targets[target]);
        var (values, observed) = (_series.Values[column], _series.Observed[column]);
        var (rows, labels) = (new List<int>(), new List<float>());

        // What checks a drawn step was drawn apart from what is learned in the end.
        var (first, last) = part == TrainPart.Check && _drawnForAll < _examples.Count
            ? (_drawnForAll, _examples.Count)
            : (0, _drawnForAll);
        for (var i = first; i < last; i++)
        {
            var (row, start) = _examples[i];
            if (!observed[row] || (part != TrainPart.All && (row < _validationStart) != (part == TrainPart.Fit)))
                continue;
            rows.Add(i);
            labels.Add((float)(values[row] - (_mode == TreeTarget.Residual ? values[start - 1] : 0)));
        }

        return new Examples([.. rows], [.. labels]);
    }

    public void Dispose() => Rows.Dispose();

    private void Draw(TreeHyperparameters parameters, bool further, int first)
    {
        var random = new Random(parameters.Seed);
        for (var row = first; row < _series.Rows; row++)
        {
            // 2 to horizon, its logarithm uniform.
            var step = further ? (int)(2 * Math.Pow((parameters.Horizon + 1) / 2.0, random.NextDouble())) : 1;
            var start = row - step + 1;
            if (start >= parameters.InputLen && _series.Segments[start - parameters.InputLen] == _series.Segments[row])
                _examples.Add((row, start));
        }
    }
}
