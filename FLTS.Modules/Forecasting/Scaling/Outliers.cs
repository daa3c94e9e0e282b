using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Scaling;

/// <summary>
/// Values further from the quartiles than 20 interquartile ranges: no series goes there by itself. Where more than half of the values are
/// equal, the range of the inner 90 %, else of the inner 98 %, is taken for it.
/// </summary>
public static class Outliers
{
    /// <summary>Interquartile ranges.</summary>
    public const double Factor = 20;

    /// <summary>Values that quartiles are taken of: plenty, and the time does not grow with the rows.</summary>
    private const int MostDrawn = 4096;

    private static readonly double[] _tails = [0.25, 0.05, 0.01];

    /// <summary>Bounds that outliers lie beyond; null: the values do not spread.</summary>
    /// <param name="values">[T]</param>
    /// <param name="observed">[T] Those that count.</param>
    public static (double Low, double High)? Bounds(ReadOnlySpan<double> values, ReadOnlySpan<bool> observed)
    {
        var drawn = Draw(values, observed);
        drawn.Sort();
        foreach (var tail in drawn.Count == 0 ? [] : _tails)
        {
            var sorted = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(drawn);
            var (low, high) = (Statistics.Quantile(sorted, tail), Statistics.Quantile(sorted, 1 - tail));
            if (!Statistics.IsFlat(low, high))
                return (low - (Factor * (high - low)), high + (Factor * (high - low)));
        }

        return null;
    }

    /// <summary>Share of the range of the values that is left without outliers; 1: there are none.</summary>
    /// <param name="values">[T]</param>
    /// <param name="observed">[T] Those that count.</param>
    public static double ShareOfRange(ReadOnlySpan<double> values, ReadOnlySpan<bool> observed)
    {
        if (Bounds(values, observed) is not var (least, most))
            return 1;
        double min = double.PositiveInfinity, max = double.NegativeInfinity, low = min, high = max;
        for (var t = 0; t < values.Length; t++)
        {
            if (!observed[t])
                continue;
            (min, max) = (Math.Min(min, values[t]), Math.Max(max, values[t]));
            if (values[t] >= least && values[t] <= most)
                (low, high) = (Math.Min(low, values[t]), Math.Max(high, values[t]));
        }

        return min < least || max > most ? (high - low) / (max - min) : 1;
    }

    private static List<double> Draw(ReadOnlySpan<double> values, ReadOnlySpan<bool> observed)
    {
        var drawn = new List<double>(Math.Min(values.Length, MostDrawn));
        var random = new Random(1); // Every k-th row would lock onto a season.
        for (var i = 0; i < Math.Min(values.Length, MostDrawn); i++)
        {
            var t = values.Length <= MostDrawn ? i : random.Next(values.Length);
            if (observed[t])
                drawn.Add(values[t]);
        }

        return drawn;
    }
}
