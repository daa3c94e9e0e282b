using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Leads;
using FLTS.Forecasting.Recurrent.Net;
using FLTS.Forecasting.Safetensors;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Recurrent.Training;

/// <summary>What a direct net learns: at every knot of the leads the difference of the truth to the base's forecast.</summary>
internal sealed class LeadTask
{
    /// <summary>Windows that are asked together.</summary>
    private const int ShareBatch = 512;

    private readonly PreparedSeries _series;
    private readonly int[] _origins; // [N] Ascending.
    private readonly double[,,] _forecast; // [N, K, M]
    private readonly int _unseasonal;
    private readonly int[] _columns; // [M]
    private readonly SeasonProfile? _profile; // One for all knots: most of their places in the season are the same.

    private LeadTask(LeadBase leads, PreparedSeries series, int inputLength)
    {
        (Base, _series, Knots) = (leads, series, leads.Knots);
        _columns = series.TargetIndexes();
        _origins = [.. Enumerable.Range(0, series.Rows).Where(origin => new Window(series, origin).HasRows(inputLength))];
        (_forecast, _unseasonal) = leads.OfTrain(series, _origins);
        Features = new KnotFeatures(series.Columns, series.Targets, leads.IsSeasonal);
        _profile = leads.IsSeasonal ? new SeasonProfile(series, series.Targets) : null;
    }

    public LeadBase Base { get; }

    /// <summary>Train.</summary>
    public PreparedSeries Series => _series;

    /// <summary>[N] Rows with enough rows before them, ascending.</summary>
    public IReadOnlyList<int> Origins => _origins;

    /// <summary>[K]</summary>
    public int[] Knots { get; }

    /// <summary>What the head sees of a knot.</summary>
    public KnotFeatures Features { get; }

    /// <summary>Fits the base.</summary>
    /// <param name="data">Train.</param>
    /// <param name="inputLength">Rows that the net sees.</param>
    /// <param name="onAll">Whether the base is fitted on validation too.</param>
    /// <param name="context">Of the fit.</param>
    public static LeadTask Of(TrainingSet data, int inputLength, bool onAll, FitContext context) =>
        new(LeadBase.Fit(data, inputLength, onAll, context).KeepingLast(), data.Series, inputLength);

    /// <summary>Sizes of a net for it.</summary>
    public NetShape Shape(RecurrentCell cell, RecurrentHyperparameters parameters) => Shape(cell, parameters, Knots.Length);

    /// <summary>The same of one that answers the first knot alone.</summary>
    public NetShape FirstShape(RecurrentCell cell, RecurrentHyperparameters parameters) => Shape(cell, parameters, 1);

    private NetShape Shape(RecurrentCell cell, RecurrentHyperparameters parameters, int knots) =>
        parameters.Shape(cell, _series.Columns.Count, _columns.Length, knots, Features.Count);

    /// <summary>Inputs as for any net; of the targets [K * M] the deviations of the differences.</summary>
    /// <param name="rows">Those learned on.</param>
    /// <param name="standardise">Whether there are any.</param>
    /// <param name="scaler">For logarithms; null: none.</param>
    public Normalisation Norm(RowSpan rows, bool standardise, Scaler? scaler)
    {
        var norm = Normalisation.Of(_series, rows, TargetMode.Residual, standardise, scaler);
        var targets = new ColumnCode[Knots.Length * _columns.Length];
        for (var k = 0; k < Knots.Length; k++)
        {
            for (var m = 0; m < _columns.Length; m++)
            {
                var (squares, count, code) = (0.0, 0, norm.Targets[m]);
                for (var n = 0; n < _origins.Length; n++)
                {
                    if (!Counts(n, k, m, rows))
                        continue;
                    var difference = Difference(code, n, k, m);
                    (squares, count) = (squares + (difference * difference), count + 1);
                }

                var scale = count > 0 ? Math.Sqrt(squares / count) : 0;
                targets[(k * _columns.Length) + m] = code with { Scale = standardise && scale > 1e-12 * code.Scale ? scale : code.Scale };
            }
        }

        return norm with { Targets = targets };
    }

    /// <summary>
    /// [T, M] at the origins: what the net should give at the first knot and how much it counts; [T, E] what it sees of that knot.
    /// </summary>
    /// <param name="norm">As <see cref="Norm"/> gave it.</param>
    /// <param name="rows">Those learned on: of origins before their end no target counts that lies behind it.</param>
    public (float[] Labels, float[] Mask, float[] Levels, float[] Beside) Tables(Normalisation norm, RowSpan rows)
    {
        var size = _series.Rows * _columns.Length;
        var (labels, mask, levels) = (new float[size], new float[size], new float[size]);
        for (var n = 0; n < _origins.Length; n++)
        {
            for (var m = 0; m < _columns.Length; m++)
            {
                var (code, i) = (norm.Targets[m], (_origins[n] * _columns.Length) + m);
                if (!Counts(n, 0, m, rows))
                    continue;
                labels[i] = (float)(Difference(code, n, 0, m) / code.Scale);
                levels[i] = (float)code.Encode(_series.Values[_columns[m]][_origins[n] + Knots[0]]);
                mask[i] = 1;
            }
        }

        var beside = new float[_series.Rows * Features.Count];
        FillBeside(norm, 0, (n, numbers) => numbers.CopyTo(beside.AsSpan(_origins[n] * Features.Count)));
        return (labels, mask, levels, beside);
    }

    /// <summary>The differences at a further knot as regression rows over states of a net.</summary>
    /// <param name="states">At the rows of the origins.</param>
    /// <param name="norm">As <see cref="Norm"/> gave it.</param>
    /// <param name="knot">Its position.</param>
    public LeadRows Lessons(LagRows states, Normalisation norm, int knot)
    {
        double[][] answers = [.. _columns.Select(_ => new double[_series.Rows])];
        for (var n = 0; n < _origins.Length; n++)
        {
            if (_origins[n] + Knots[knot] >= _series.Rows)
                break;
            for (var m = 0; m < answers.Length; m++)
            {
                var code = norm.Targets[(knot * answers.Length) + m];
                answers[m][_origins[n] + 1] = Difference(code, n, knot, m) / code.Scale;
            }
        }

        var beside = new double[_series.Rows * Features.Count];
        FillBeside(norm, knot, (n, numbers) =>
        {
            for (var e = 0; e < numbers.Length && _origins[n] + 1 < _series.Rows; e++)
                beside[((_origins[n] + 1) * numbers.Length) + e] = numbers[e];
        });
        var first = !Base.IsSeasonal ? 0 : _unseasonal < _origins.Length ? _origins[_unseasonal] + 1 : _series.Rows;
        return new LeadRows(states, Knots[knot], answers, Features.Count > 0 ? beside : null, first);
    }

    private void FillBeside(Normalisation norm, int knot, Action<int, ReadOnlySpan<float>> take)
    {
        if (Features.Count == 0)
            return;
        var numbers = new float[Features.Count];
        for (var n = 0; n < _origins.Length; n++)
        {
            Features.Fill(norm, _series, _profile, _origins[n], Knots[knot], numbers);
            take(n, numbers);
        }
    }

    /// <summary>
    /// [K] How much of the net's differences is true, by least squares on validation: 1 at most, 0 where the net adds nothing.
    /// </summary>
    /// <param name="net">[count, knots, M] What the trained net says of so many windows from one on, at knots by position.</param>
    /// <param name="norm">Its own.</param>
    /// <param name="validation">Origins.</param>
    public double[] Shares(
        Func<IReadOnlyList<Window>, int, int, int[], float[]> net, Normalisation norm, long[] validation)
    {
        var (knots, targets) = (Knots.Length, _columns.Length);
        var (products, squares) = (new double[knots], new double[knots]);
        int[] origins = [.. validation.Select(o => (int)o)], every = [.. Enumerable.Range(0, knots)];
        var windows = SeriesWindows.Of(_series, origins);
        for (var start = 0; start < origins.Length; start += ShareBatch)
        {
            var outputs = net(windows, start, Math.Min(ShareBatch, origins.Length - start), every);
            for (var i = 0; i < outputs.Length; i++)
            {
                var (k, m) = (i / targets % knots, i % targets);
                var n = Array.BinarySearch(_origins, origins[start + (i / (knots * targets))]);
                if (!Counts(n, k, m, new RowSpan(0, _series.Rows)))
                    continue;
                var code = norm.Targets[(k * targets) + m];
                products[k] += outputs[i] * Difference(code, n, k, m) / code.Scale;
                squares[k] += outputs[i] * outputs[i];
            }
        }

        return [.. products.Zip(squares, (p, s) => s > 0 ? Math.Clamp(p / s, 0, 1) : 1)];
    }

    /// <summary>The weights of a net whose differences are so much smaller.</summary>
    /// <param name="weights">Its own.</param>
    /// <param name="shares">[K]</param>
    public static NamedTensor[] Shrunk(NamedTensor[] weights, double[] shares) =>
    [
        .. weights.Select(tensor => !NetShape.IsOfHead(tensor.Name) ? tensor : tensor with
        {
            Values = tensor.Singles.Select((w, i) => (float)(w * shares[(int)((long)i * shares.Length / tensor.Singles.Length)])).ToArray(),
        }),
    ];

    private double Difference(ColumnCode code, int n, int k, int m) =>
        code.Transform(_series.Values[_columns[m]][_origins[n] + Knots[k]]) - code.Transform(_forecast[n, k, m]);

    private bool Counts(int n, int k, int m, RowSpan rows)
    {
        var (origin, row) = (_origins[n], _origins[n] + Knots[k]);
        return row < _series.Rows
            && (origin + 1 >= rows.End || row < rows.End)
            && _series.Segments[row] == _series.Segments[origin]
            && _series.Observed[_columns[m]][row]
            && !_series.FlatTargets.Contains(_series.Targets[m])
            && (k == 0 || !Base.IsSeasonal || n >= _unseasonal);
    }
}
