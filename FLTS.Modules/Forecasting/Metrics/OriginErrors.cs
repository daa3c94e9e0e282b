using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Metrics;

/// <summary>
/// Errors of a model by origin, on min-max scale, pooled over targets and leads by the targets' weights: what is left of forecasts for
/// whoever asks how far a score depends on the origins.
/// </summary>
public sealed class OriginErrors
{
    private readonly int[] _places; // [n] ascending
    private readonly double[] _weight, _squares, _absolutes; // [n + 1] summed up to each

    /// <param name="places">[n] Of the origins in the scored set, ascending.</param>
    /// <param name="weight">[n] Of its cells.</param>
    /// <param name="squares">[n] Weighted.</param>
    /// <param name="absolutes">[n] Weighted.</param>
    public OriginErrors(int[] places, double[] weight, double[] squares, double[] absolutes) =>
        (_places, _weight, _squares, _absolutes) = (places, Summed(weight), Summed(squares), Summed(absolutes));

    /// <summary>Of forecasts from every scored origin.</summary>
    /// <param name="truth">[N, H, M] As <see cref="ForecastMetrics.Score"/>.</param>
    /// <param name="forecast">[N, H, M] As there.</param>
    /// <param name="scaler">As there.</param>
    /// <param name="targets">[M]</param>
    /// <param name="targetWeights">As there.</param>
    public static OriginErrors Of(
        double[,,] truth,
        double[,,] forecast,
        Scaler scaler,
        IReadOnlyList<string> targets,
        IReadOnlyDictionary<string, double>? targetWeights)
    {
        var origins = truth.GetLength(0);
        var (weights, squares, absolutes) = (new double[origins], new double[origins], new double[origins]);
        for (var m = 0; m < targets.Count; m++)
        {
            var column = scaler[targets[m]];
            if (column.Flat)
                continue;
            var (own, range) = (targetWeights?.GetValueOrDefault(targets[m], 1) ?? 1, column.Max - column.Min);
            for (var n = 0; n < origins; n++)
            {
                for (var h = 0; h < truth.GetLength(1); h++)
                {
                    var error = (forecast[n, h, m] - truth[n, h, m]) / range;
                    if (double.IsNaN(truth[n, h, m]))
                        continue;
                    weights[n] += own;
                    squares[n] += own * error * error;
                    absolutes[n] += own * Math.Abs(error);
                }
            }
        }

        return new OriginErrors([.. Enumerable.Range(0, origins)], weights, squares, absolutes);
    }

    /// <summary>Sums over the origins whose places lie in a range.</summary>
    /// <param name="from">First place.</param>
    /// <param name="to">Behind the last.</param>
    public PooledSums Between(int from, int to)
    {
        var (first, last) = (FirstFrom(from), FirstFrom(to));
        return new PooledSums(
            _weight[last] - _weight[first], _squares[last] - _squares[first], _absolutes[last] - _absolutes[first]);
    }

    private int FirstFrom(int place)
    {
        var found = Array.BinarySearch(_places, place);
        return found < 0 ? ~found : found;
    }

    private static double[] Summed(double[] values)
    {
        var summed = new double[values.Length + 1];
        for (var n = 0; n < values.Length; n++)
            summed[n + 1] = summed[n] + values[n];
        return summed;
    }
}
