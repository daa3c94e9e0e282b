namespace FLTS.Forecasting.Profiling;

/// <summary>Moments of the observed values of a column.</summary>
internal static class Moments
{
    /// <summary>[N] The values that are not NaN, in order.</summary>
    public static double[] Observed(ReadOnlySpan<double> values)
    {
        var observed = new double[values.Length];
        var count = 0;
        foreach (var value in values)
        {
            if (!double.IsNaN(value))
                observed[count++] = value;
        }

        return observed[..count];
    }

    /// <summary>
    /// Sums of powers of (value - mean) / scale: a column of 1e100 must not overflow, and ratios do not depend on the scale.
    /// The mean is that of value - shift: a mean of 1e9 would be rounded more coarsely than values that differ by 1e-3 are spread.
    /// </summary>
    public static (double N, double Mean, double Scale, double Sum2, double Sum3, double Sum4) Of(double[] sorted, double shift)
    {
        var mean = 0.0;
        foreach (var value in sorted)
            mean += value - shift;
        mean /= sorted.Length;
        var scale = Math.Max(mean - (sorted[0] - shift), sorted[^1] - shift - mean);
        var (sum2, sum3, sum4) = (0.0, 0.0, 0.0);
        foreach (var value in sorted)
        {
            var d = scale > 0 ? (value - shift - mean) / scale : 0;
            sum2 += d * d;
            sum3 += d * d * d;
            sum4 += d * d * d * d;
        }

        return (sorted.Length, mean, scale, sum2, sum3, sum4);
    }
}
