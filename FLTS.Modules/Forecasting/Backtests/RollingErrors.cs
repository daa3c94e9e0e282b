using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Backtests;

/// <summary>
/// Sums the errors of forecasts from rolling origins by lead and bucket of time, so that they need not be kept (FORECASTING.md 6, 9).
/// Errors are scaled by each target's range in train.
/// </summary>
/// <param name="name">Of the model, for messages.</param>
/// <param name="scaler">Train statistics of the targets.</param>
/// <param name="targets">[M]</param>
/// <param name="weights">Of targets in what is pooled; null: equal.</param>
public sealed class RollingErrors(
    string name, Scaler scaler, IReadOnlyList<string> targets, IReadOnlyDictionary<string, double>? weights = null)
{
    private readonly ColumnScale[] _columns = [.. targets.Select(t => scaler[t])];
    private readonly Dictionary<(int Lead, DateTime Bucket), Sums[]> _sums = [];

    /// <summary>Adds the forecast of a time.</summary>
    /// <param name="lead">Steps from its origin.</param>
    /// <param name="bucket">That the time lies in.</param>
    /// <param name="forecast">[M] In original units.</param>
    /// <param name="truth">[M] NaN where nothing was observed.</param>
    /// <exception cref="NonFiniteForecastException">A forecast is NaN or infinite.</exception>
    public void Add(int lead, DateTime bucket, ReadOnlySpan<double> forecast, ReadOnlySpan<double> truth)
    {
        if (!_sums.TryGetValue((lead, bucket), out var sums))
            _sums[(lead, bucket)] = sums = new Sums[targets.Count];

        for (var m = 0; m < sums.Length; m++)
        {
            if (!double.IsFinite(forecast[m]))
                throw new NonFiniteForecastException(
                    $"{name}: a forecast of '{targets[m]}' {lead} steps ahead is {(double.IsNaN(forecast[m]) ? "NaN" : "infinite")}; "
                    + "every forecast must be finite.");
            sums[m] = sums[m].With(forecast[m] - truth[m]);
        }
    }

    /// <summary>Of everything.</summary>
    public RollingScore Total() => Score(_sums.Values);

    /// <summary>Of each lead, in order.</summary>
    public IReadOnlyList<(int Lead, RollingScore Score)> Leads() =>
        [.. _sums.GroupBy(s => s.Key.Lead, s => s.Value).OrderBy(g => g.Key).Select(g => (g.Key, Score(g)))];

    /// <summary>Of each lead and bucket, in order.</summary>
    public IReadOnlyList<(int Lead, DateTime Bucket, RollingScore Score)> Buckets() =>
        [.. _sums.OrderBy(s => s.Key).Select(s => (s.Key.Lead, s.Key.Bucket, Score([s.Value])))];

    private RollingScore Score(IEnumerable<Sums[]> parts)
    {
        var sums = new Sums[targets.Count];
        foreach (var part in parts)
        {
            for (var m = 0; m < sums.Length; m++)
                sums[m] = sums[m].With(part[m]);
        }

        var (cells, matched, weight) = (0L, 0L, 0.0);
        var (squares, absolutes, errors) = (0.0, 0.0, 0.0);
        for (var m = 0; m < sums.Length; m++)
        {
            if (_columns[m].Flat)
                continue;

            var (own, range) = (weights?.GetValueOrDefault(targets[m], 1) ?? 1, Range(m));
            cells += sums[m].Cells;
            matched += sums[m].Matched;
            weight += own * sums[m].Matched;
            squares += own * sums[m].Squares / (range * range);
            absolutes += own * sums[m].Absolutes / range;
            errors += own * sums[m].Errors / range;
        }

        return new RollingScore(
            cells,
            matched,
            weight > 0 ? Math.Sqrt(squares / weight) : null,
            weight > 0 ? absolutes / weight : null,
            weight > 0 ? squares / weight : null,
            weight > 0 ? errors / weight : null,
            Enumerable.Range(0, sums.Length).ToDictionary(m => targets[m], m => Score(m, sums[m])));
    }

    private RollingTargetScore Score(int target, Sums sums)
    {
        var flat = _columns[target].Flat;
        if (sums.Matched == 0)
            return new RollingTargetScore(sums.Cells, 0, flat, null, null, null, null, null);

        var (n, range) = ((double)sums.Matched, Range(target));
        var (mse, mae, bias) = (sums.Squares / n, sums.Absolutes / n, sums.Errors / n);
        return new RollingTargetScore(
            sums.Cells,
            sums.Matched,
            flat,
            Math.Sqrt(mse) / range,
            mae / range,
            mse / (range * range),
            bias / range,
            new OriginalErrors(Math.Sqrt(mse), mae, bias));
    }

    /// <summary>Of a target in train; of a flat one 1, as the scoreboard has it.</summary>
    private double Range(int target) => _columns[target].Flat ? 1 : _columns[target].Max - _columns[target].Min;

    private readonly record struct Sums(long Cells, long Matched, double Squares, double Absolutes, double Errors)
    {
        /// <summary>With the error of one more cell; NaN: it is not matched.</summary>
        public Sums With(double error) => double.IsNaN(error)
            ? this with { Cells = Cells + 1 }
            : new Sums(Cells + 1, Matched + 1, Squares + (error * error), Absolutes + Math.Abs(error), Errors + error);

        public Sums With(Sums other) => new(
            Cells + other.Cells,
            Matched + other.Matched,
            Squares + other.Squares,
            Absolutes + other.Absolutes,
            Errors + other.Errors);
    }
}
