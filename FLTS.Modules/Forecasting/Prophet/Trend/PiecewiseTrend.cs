using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet.Trend;

/// <summary>
/// The trend on the scale of the priors. All three shapes rest on z(t) = K_s t + B_s, the piecewise-linear curve of segment s
/// (Taylor &amp; Letham 2017, equation 4): the linear trend is z with B_0 = m; the logistic trend (equation 3) is cap * sigmoid(z) with B_0
/// = -k m, because its offsets gamma are those that make z continuous; the flat trend is m.
/// </summary>
public static class PiecewiseTrend
{
    /// <summary>Changepoints at or before t, that is, the segment of t (Prophet's A matrix: t &gt;= t_change).</summary>
    /// <param name="changepoints">[S] Scaled times, ascending.</param>
    /// <param name="t">Scaled time.</param>
    public static int Segment(ReadOnlySpan<double> changepoints, double t)
    {
        var (low, high) = (0, changepoints.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (changepoints[middle] <= t)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>Slope and intercept of z in each of the S + 1 segments.</summary>
    public static (double[] Slopes, double[] Intercepts) Lines(
        Growth growth, double k, double m, ReadOnlySpan<double> delta, ReadOnlySpan<double> changepoints)
    {
        var slopes = new double[delta.Length + 1];
        var intercepts = new double[delta.Length + 1];
        slopes[0] = growth == Growth.Flat ? 0 : k;
        intercepts[0] = growth == Growth.Logistic ? -k * m : m;
        for (var j = 0; j < delta.Length; j++)
        {
            var bend = growth == Growth.Flat ? 0 : delta[j];
            slopes[j + 1] = slopes[j] + bend;
            intercepts[j + 1] = intercepts[j] - (bend * changepoints[j]);
        }

        return (slopes, intercepts);
    }

    /// <summary>[N] Trend at each time.</summary>
    /// <param name="growth">Shape.</param>
    /// <param name="k">Base rate.</param>
    /// <param name="m">Offset.</param>
    /// <param name="delta">[S] Rate changes.</param>
    /// <param name="changepoints">[S] Their scaled times, ascending.</param>
    /// <param name="times">[N] Scaled times in any order.</param>
    /// <param name="caps">[N] Scaled caps; logistic only.</param>
    public static double[] Evaluate(
        Growth growth,
        double k,
        double m,
        ReadOnlySpan<double> delta,
        ReadOnlySpan<double> changepoints,
        ReadOnlySpan<double> times,
        ReadOnlySpan<double> caps)
    {
        var (slopes, intercepts) = Lines(growth, k, m, delta, changepoints);
        var trend = new double[times.Length];
        for (var i = 0; i < trend.Length; i++)
        {
            var segment = Segment(changepoints, times[i]);
            var z = (slopes[segment] * times[i]) + intercepts[segment];
            trend[i] = growth == Growth.Logistic ? caps[i] * Sigmoid(z) : z;
        }

        return trend;
    }

    /// <summary>1 / (1 + exp(-z)).</summary>
    internal static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));
}
