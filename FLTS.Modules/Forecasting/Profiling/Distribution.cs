using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Profiling;

/// <summary>
/// Bins in which the bulk of a column can be seen: equally wide, or in the logarithm where a linear scale would
/// put most values into one of them.
/// </summary>
/// <param name="Edges">[B + 1] Ascending; logarithms to base 10 where <paramref name="IsLogarithmic"/>.</param>
/// <param name="IsLogarithmic">Whether edges are logarithms.</param>
/// <param name="Beyond">Share of the values outside the edges, 0 to 1: the far tail, or zeros on a logarithmic scale.</param>
public sealed record Distribution(double[] Edges, bool IsLogarithmic, double Beyond)
{
    /// <summary>A tail that makes the scale this much longer is left out.</summary>
    private const double LongTail = 1.5;

    /// <summary>Share of the values that may be such a tail.</summary>
    private const double TailShare = 0.001;

    /// <summary>Above this ratio of the 99 % quantile to the median the scale is logarithmic.</summary>
    private const double Skewed = 30;

    /// <param name="values">At least one that is not NaN.</param>
    /// <param name="bins">At least 1; one for a flat column.</param>
    public static Distribution Of(ReadOnlySpan<double> values, int bins)
    {
        var sorted = Moments.Observed(values);
        Array.Sort(sorted);
        if (Statistics.IsFlat(sorted[0], sorted[^1]))
        {
            var half = Math.Max(1, Math.Abs(sorted[0]) * 0.1) / 2;
            return new Distribution([sorted[0] - half, sorted[0] + half], false, 0);
        }

        var median = Statistics.Quantile(sorted, 0.5);
        if (sorted[0] >= 0 && median > Statistics.Tiny && Statistics.Quantile(sorted, 0.99) > Skewed * median)
        {
            var positive = sorted.AsSpan(Array.FindIndex(sorted, v => v > 0)..);
            return Between(
                sorted, Math.Log10(Statistics.Quantile(positive, TailShare)), Math.Log10(positive[^1]), bins, isLogarithmic: true);
        }

        var (low, high) = (Statistics.Quantile(sorted, TailShare), Statistics.Quantile(sorted, 1 - TailShare));
        var cut = sorted[^1] - sorted[0] > LongTail * (high - low) && !Statistics.IsFlat(low, high);
        return cut ? Between(sorted, low, high, bins, false) : Between(sorted, sorted[0], sorted[^1], bins, false);
    }

    /// <summary>[B] Share of a part's values in each bin, 0 to 1, of all it has.</summary>
    /// <param name="values">NaN where missing.</param>
    public double[] Shares(ReadOnlySpan<double> values)
    {
        var observed = Moments.Observed(values);
        var shares = new double[Edges.Length - 1];
        foreach (var value in observed)
        {
            if (Bin(value) is var bin and >= 0)
                shares[bin]++;
        }

        return Array.ConvertAll(shares, count => count / observed.Length);
    }

    private static Distribution Between(double[] sorted, double first, double last, int bins, bool isLogarithmic)
    {
        double[] edges = [.. Enumerable.Range(0, bins).Select(b => first + ((last - first) * ((double)b / bins))), last];
        var distribution = new Distribution(edges, isLogarithmic, 0);
        return distribution with { Beyond = sorted.Count(v => distribution.Bin(v) < 0) / (double)sorted.Length };
    }

    private int Bin(double value)
    {
        var at = IsLogarithmic ? Math.Log10(value) : value;
        if (!(at >= Edges[0] && at <= Edges[^1]))
            return -1;
        return Math.Clamp((int)((at - Edges[0]) / (Edges[^1] - Edges[0]) * (Edges.Length - 1)), 0, Edges.Length - 2);
    }
}
