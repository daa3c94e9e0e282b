namespace FLTS.Forecasting.Profiling;

/// <summary>Correlation of a column with itself one step, one hour, one day before.</summary>
public sealed record Autocorrelations(double? OneStep, double? OneHour, double? OneDay)
{
    /// <summary>
    /// Pearson correlation of the pairs (t - lag, t) that are both observed and lie in one segment; null under 3 pairs or without spread.
    /// </summary>
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
