using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Profiling;

/// <summary>
/// What the observed values of a column look like, in original units. Null: not defined (too few values, or none that differ).
/// </summary>
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
/// <param name="Autocorrelation">Pearson correlation with the value one step, one hour and one day before, inside segments; null where an
/// interval is no whole number of steps.</param>
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
    /// <param name="step">Between rows.</param>
    internal static ColumnProfile Of(string name, double[] values, int missing, int[] segments, SeriesStep step)
    {
        var sorted = Moments.Observed(values);
        Array.Sort(sorted);
        var correlations = new Autocorrelations(
            Autocorrelations.At(values, segments, 1),
            Autocorrelations.At(values, segments, Lag(TimeSpan.FromHours(1), step)),
            Autocorrelations.At(values, segments, Lag(TimeSpan.FromDays(1), step)));
        if (sorted.Length == 0)
            return new ColumnProfile(
                name, 0, missing, false, null, null, null, null, null, null, null, null, null, null, null, correlations, null);

        var (n, mean, scale, sum2, sum3, sum4) = Moments.Of(sorted, sorted[sorted.Length / 2]);
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
            n >= 4 && !flat
                ? (n * (n + 1) * (n - 1) * sum4 / ((n - 2) * (n - 3) * sum2 * sum2)) - (3 * (n - 1) * (n - 1) / ((n - 2) * (n - 3)))
                : null,
            correlations,
            null);
    }

    private static int Lag(TimeSpan interval, SeriesStep step) =>
        step.Unit == StepUnit.Duration && interval.Ticks % step.Duration.Ticks == 0
            ? (int)Math.Min(int.MaxValue, interval.Ticks / step.Duration.Ticks)
            : 0;
}
