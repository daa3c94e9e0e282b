using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Intervals;

/// <summary>
/// Errors of one target at one lead, each divided by what is usual at its forecast's level: max(a + b * forecast, floor).
/// </summary>
internal sealed class LeadErrors
{
    /// <summary>Least scale, as a share of the mean absolute residual: the line may fall to 0 and below.</summary>
    private const double LeastShare = 0.2;

    private readonly double[] _sorted;
    private readonly double _intercept, _slope, _floor;

    private LeadErrors(IEnumerable<double> residuals, double intercept, double slope, double floor) =>
        (_sorted, _intercept, _slope, _floor) = ([.. residuals.Order()], intercept, slope, floor);

    /// <summary>Residuals.</summary>
    public int Count => _sorted.Length;

    /// <summary>As they are, at every level.</summary>
    /// <param name="residuals">Truth minus forecast; NaN are left out.</param>
    public static LeadErrors Plain(IEnumerable<double> residuals) => new(residuals.Where(double.IsFinite), 1, 0, 0);

    /// <summary>Divided by the line of |residual| on the forecast, by least squares.</summary>
    /// <param name="cells">Those where either is NaN are left out.</param>
    public static LeadErrors ByLevel(IEnumerable<(double Forecast, double Truth)> cells)
    {
        var known = cells.Where(c => double.IsFinite(c.Truth - c.Forecast)).ToArray();
        if (known.Length == 0)
            return Plain([]);

        var (levels, sizes) = (
            Array.ConvertAll(known, c => c.Forecast), Array.ConvertAll(known, c => Math.Abs(c.Truth - c.Forecast)));
        var (level, size) = (levels.Average(), sizes.Average());
        var (least, most) = Statistics.Range(levels);
        var slope = Statistics.IsFlat(least, most)
            ? 0
            : levels.Zip(sizes, (l, s) => (l - level) * (s - size)).Sum() / levels.Sum(l => (l - level) * (l - level));
        var (intercept, floor) = (size - (slope * level), LeastShare * size);
        return new LeadErrors(
            known.Select(c => size == 0 ? 0 : (c.Truth - c.Forecast) / Math.Max(intercept + (slope * c.Forecast), floor)),
            intercept,
            slope,
            floor);
    }

    /// <summary>How far the truth lies from a forecast, by a level; null where there are too few residuals for it.</summary>
    /// <param name="forecast">In original units.</param>
    /// <param name="level">In percent, between 0 and 100.</param>
    /// <returns>Signed: low may be above 0 where forecasts were too low.</returns>
    public (double Low, double High)? Around(double forecast, double level)
    {
        if (Sides(level) is not var (low, high))
            return null;
        var scale = Scale(forecast);
        return (low * scale, high * scale);
    }

    /// <summary>The same beside what is usual at the forecast's level.</summary>
    /// <param name="level">In percent, between 0 and 100.</param>
    public (double Low, double High)? Sides(double level) => Sides(_sorted, level);

    /// <summary>Of residuals in order: those of the two ranks; null where there are too few for the level.</summary>
    public static (double Low, double High)? Sides(double[] sorted, double level)
    {
        var rank = (int)Math.Ceiling(((sorted.Length + 1) * (1 + (level / 100)) / 2) - 1e-9);
        return rank > sorted.Length ? null : (sorted[^rank], sorted[rank - 1]);
    }

    /// <summary>What is usual at a forecast's level.</summary>
    /// <param name="forecast">In original units.</param>
    public double Scale(double forecast) => Math.Max(_intercept + (_slope * forecast), _floor);

    /// <summary>q99 - q01; 0 where there are none.</summary>
    public double Range => Count == 0 ? 0 : Statistics.Quantile(_sorted, 0.99) - Statistics.Quantile(_sorted, 0.01);
}
