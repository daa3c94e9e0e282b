using FLTS.Forecasting.Preparation;

namespace FLTS.Forecasting.Profiling;

/// <summary>What the observed values of a column look like, in original units. Null: not defined (too few values, or none that differ).</summary>
/// <param name="Name">Column.</param>
/// <param name="Count">Observed values.</param>
/// <param name="Missing">Cells of the file without a value; rows that gaps lack are not counted here.</param>
/// <param name="Flat">All observed values are the same.</param>
/// <param name="Mean">Mean.</param>
/// <param name="Sd">Sample standard deviation (divided by n - 1), as pandas' <c>std</c>.</param>
/// <param name="Min">Least value.</param>
/// <param name="Q05">5 % quantile, linearly interpolated, as numpy's default.</param>
/// <param name="Q25">25 % quantile.</param>
/// <param name="Median">50 % quantile.</param>
/// <param name="Q75">75 % quantile.</param>
/// <param name="Q95">95 % quantile.</param>
/// <param name="Max">Greatest value.</param>
/// <param name="Skew">Sample skewness with bias correction (G1), as pandas' <c>skew</c>; from 3 values.</param>
/// <param name="Kurtosis">Sample excess kurtosis with bias correction (G2), as pandas' <c>kurt</c>; from 4 values.</param>
/// <param name="Autocorrelation">Pearson correlation with the value one step, one hour and one day before, inside segments; null where an interval is no whole number of steps.</param>
/// <param name="Drift">Test against train; null where there is nothing to compare.</param>
public sealed record ColumnProfile(
    string Name,
    int Count,
    int Missing,
    bool Flat,
    double? Mean,
    double? Sd,
    double? Min,
    double? Q05,
    double? Q25,
    double? Median,
    double? Q75,
    double? Q95,
    double? Max,
    double? Skew,
    double? Kurtosis,
    Autocorrelations Autocorrelation,
    ColumnDrift? Drift)
{
    /// <summary>Profile of one column without drift.</summary>
    /// <param name="name">Column.</param>
    /// <param name="values">[T] on the grid; NaN where missing.</param>
    /// <param name="missing">Cells of the file without a value.</param>
    /// <param name="segments">[T] segment of each row.</param>
    /// <param name="step">Time between rows.</param>
    internal static ColumnProfile Of(string name, double[] values, int missing, int[] segments, TimeSpan step)
    {
        var sorted = Observed(values);
        Array.Sort(sorted);
        var correlations = new Autocorrelations(
            Autocorrelations.At(values, segments, 1),
            Autocorrelations.At(values, segments, Lag(TimeSpan.FromHours(1), step)),
            Autocorrelations.At(values, segments, Lag(TimeSpan.FromDays(1), step)));
        if (sorted.Length == 0)
            return new ColumnProfile(name, 0, missing, false, null, null, null, null, null, null, null, null, null, null, null, correlations, null);

        var (n, mean, scale, sum2, sum3, sum4) = Moments(sorted, sorted[sorted.Length / 2]);
        var flat = Statistics.IsFlat(sorted[0], sorted[^1]);
        return new ColumnProfile(
            name,
            sorted.Length,
            missing,
            flat,
            sorted[sorted.Length / 2] + mean,
            n > 1 ? scale * Math.Sqrt(sum2 / (n - 1)) : null,
            sorted[0],
            Statistics.Quantile(sorted, 0.05),
            Statistics.Quantile(sorted, 0.25),
            Statistics.Quantile(sorted, 0.5),
            Statistics.Quantile(sorted, 0.75),
            Statistics.Quantile(sorted, 0.95),
            sorted[^1],
            n >= 3 && !flat ? n * Math.Sqrt(n - 1) / (n - 2) * sum3 / Math.Pow(sum2, 1.5) : null,
            n >= 4 && !flat ? (n * (n + 1) * (n - 1) * sum4 / ((n - 2) * (n - 3) * sum2 * sum2)) - (3 * (n - 1) * (n - 1) / ((n - 2) * (n - 3))) : null,
            correlations,
            null);
    }

    internal static double[] Observed(ReadOnlySpan<double> values)
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

    // Sums of powers of (value - mean) / scale: a column of 1e100 must not overflow, and ratios do not depend on the scale.
    // The mean is that of value - shift: a mean of 1e9 would be rounded more coarsely than values that differ by 1e-3 are spread.
    internal static (double N, double Mean, double Scale, double Sum2, double Sum3, double Sum4) Moments(double[] sorted, double shift)
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

    private static int Lag(TimeSpan interval, TimeSpan step) => interval.Ticks % step.Ticks == 0 ? (int)Math.Min(int.MaxValue, interval.Ticks / step.Ticks) : 0;
}

/// <summary>Correlation of a column with itself one step, one hour, one day before.</summary>
public sealed record Autocorrelations(double? OneStep, double? OneHour, double? OneDay)
{
    /// <summary>Pearson correlation of the pairs (t - lag, t) that are both observed and lie in one segment; null under 3 pairs or without spread.</summary>
    internal static double? At(ReadOnlySpan<double> values, ReadOnlySpan<int> segments, int lag)
    {
        if (lag <= 0 || lag >= values.Length)
            return null;

        var (pairs, meanX, meanY, sxx, syy, sxy) = (0, 0.0, 0.0, 0.0, 0.0, 0.0);
        var shift = double.NaN;
        for (var t = lag; t < values.Length; t++)
        {
            var (x, y) = (values[t - lag], values[t]);
            if (segments[t] != segments[t - lag] || double.IsNaN(x) || double.IsNaN(y))
                continue;

            // Welford, from the first value on: sums of squares of large values, and means of them, would lose their digits.
            if (pairs++ == 0)
                shift = x;
            (x, y) = (x - shift, y - shift);
            var (dx, dy) = (x - meanX, y - meanY);
            meanX += dx / pairs;
            meanY += dy / pairs;
            sxx += dx * (x - meanX);
            syy += dy * (y - meanY);
            sxy += dx * (y - meanY);
        }

        var correlation = sxy / Math.Sqrt(sxx) / Math.Sqrt(syy);
        return pairs >= 3 && double.IsFinite(correlation) ? Math.Clamp(correlation, -1, 1) : null;
    }
}

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
        var (a, b) = (ColumnProfile.Observed(train), ColumnProfile.Observed(test));
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
        var (n, mean, scale, sum2, _, _) = ColumnProfile.Moments(sorted, shift);
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
