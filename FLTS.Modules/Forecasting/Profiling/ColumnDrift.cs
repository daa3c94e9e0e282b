using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Profiling;

/// <summary>How the test part's values differ from train's.</summary>
/// <param name="MeanShift">(mean of test - mean of train) / standard deviation of train.</param>
/// <param name="SdRatio">Standard deviation of test / that of train.</param>
/// <param name="Ks">Two-sample Kolmogorov-Smirnov statistic, 0 (same distribution) to 1.</param>
public sealed record ColumnDrift(double? MeanShift, double? SdRatio, double Ks)
{
    /// <param name="train">Train's values; NaN where missing.</param>
    /// <param name="test">Test's values; NaN where missing.</param>
    internal static ColumnDrift? Of(ReadOnlySpan<double> train, ReadOnlySpan<double> test)
    {
        var (a, b) = (Moments.Observed(train), Moments.Observed(test));
        if (a.Length < 2 || b.Length < 2)
            return null;

        Array.Sort(a);
        Array.Sort(b);
        var (meanA, sdA) = MeanAndSd(a, a[a.Length / 2]);
        var (meanB, sdB) = MeanAndSd(b, a[a.Length / 2]);
        var spread = !Statistics.IsFlat(a[0], a[^1]);
        return new ColumnDrift(spread ? (meanB - meanA) / sdA : null, spread ? sdB / sdA : null, KolmogorovSmirnov(a, b));
    }

    /// <returns>Mean of value - shift, and sample standard deviation.</returns>
    private static (double Mean, double Sd) MeanAndSd(double[] sorted, double shift)
    {
        var (n, mean, scale, sum2, _, _) = Moments.Of(sorted, shift);
        return (mean, scale * Math.Sqrt(sum2 / (n - 1)));
    }

    // Greatest distance between the two empirical distribution functions.
    private static double KolmogorovSmirnov(double[] a, double[] b)
    {
        var (i, j, most) = (0, 0, 0.0);
        while (i < a.Length && j < b.Length)
        {
            var value = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] <= value)
                i++;
            while (j < b.Length && b[j] <= value)
                j++;
            most = Math.Max(most, Math.Abs(((double)i / a.Length) - ((double)j / b.Length)));
        }

        return most;
    }
}
