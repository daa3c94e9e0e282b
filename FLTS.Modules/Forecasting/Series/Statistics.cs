namespace FLTS.Forecasting.Series;

/// <summary>Moments and quantiles as numpy and scikit-learn define them.</summary>
public static class Statistics
{
    /// <summary>Below this a spread is taken for 0: dividing by it would overflow.</summary>
    internal const double Tiny = 1e-200;

    /// <summary>Distance from 1 to the next double.</summary>
    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>Whether values from <paramref name="min"/> to <paramref name="max"/> differ by rounding at most.</summary>
    public static bool IsFlat(double min, double max) => max - min <= Math.Max(Tiny, 10 * Epsilon * Math.Max(Math.Abs(min), Math.Abs(max)));

    /// <summary>Least and greatest of at least one value.</summary>
    public static (double Min, double Max) Range(ReadOnlySpan<double> values)
    {
        double min = values[0], max = values[0];
        foreach (var value in values)
        {
            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }

        return (min, max);
    }

    /// <summary>Mean and population standard deviation (divided by n), in two passes.</summary>
    public static (double Mean, double Deviation) MeanAndDeviation(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (var value in values)
            sum += value;
        var mean = sum / values.Length;
        double squares = 0, rest = 0;
        foreach (var value in values)
        {
            var difference = value - mean;
            squares += difference * difference;
            rest += difference;
        }

        // The second term removes the rounding error of the mean (corrected two-pass algorithm).
        return (mean, Math.Sqrt(Math.Max(0, (squares - (rest * rest / values.Length)) / values.Length)));
    }

    /// <summary>Quantile with linear interpolation between order statistics (numpy's default).</summary>
    /// <param name="sorted">At least one value, ascending.</param>
    /// <param name="q">0 to 1.</param>
    public static double Quantile(ReadOnlySpan<double> sorted, double q)
    {
        var position = q * (sorted.Length - 1);
        var below = (int)Math.Floor(position);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
