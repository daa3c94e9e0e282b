using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet.Trend;

/// <summary>
/// Where the optimiser starts (Prophet's <c>linear_growth_init</c>, <c>logistic_growth_init</c>, <c>flat_growth_init</c>).
/// </summary>
public static class InitialTrend
{
    /// <summary>k and m through the first and the last row.</summary>
    /// <param name="growth">Shape.</param>
    /// <param name="times">[T] Scaled, ascending.</param>
    /// <param name="y">[T] Scaled.</param>
    /// <param name="caps">[T] Scaled; logistic only.</param>
    public static (double K, double M) Of(Growth growth, ReadOnlySpan<double> times, ReadOnlySpan<double> y, ReadOnlySpan<double> caps)
    {
        var span = times[^1] - times[0];
        switch (growth)
        {
            case Growth.Flat:
                var sum = 0.0;
                foreach (var value in y)
                    sum += value;
                return (0, sum / y.Length);
            case Growth.Logistic:
                var (r0, r1) = (Ratio(caps[0], y[0]), Ratio(caps[^1], y[^1]));
                if (Math.Abs(r0 - r1) <= 0.01)
                    r0 *= 1.05;
                var (l0, l1) = (Math.Log(r0 - 1), Math.Log(r1 - 1));
                return ((l0 - l1) / span, l0 * span / (l0 - l1));
            default:
                var k = (y[^1] - y[0]) / span;
                return (k, y[0] - (k * times[0]));
        }

        static double Ratio(double cap, double value) => cap / Math.Max(0.01 * cap, Math.Min(0.99 * cap, value));
    }
}
