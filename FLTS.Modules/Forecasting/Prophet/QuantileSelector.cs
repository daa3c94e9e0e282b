namespace FLTS.Modules.Forecasting.Prophet;

/// <summary>Two quantiles of a sample without sorting it: values fall into equal bins, and only the bins that hold the quantiles are sorted.</summary>
internal sealed class QuantileSelector(int size)
{
    private const int Bins = 256;

    private readonly byte[] bins = new byte[size];
    private readonly int[] counts = new int[Bins];
    private readonly double[] picked = new double[size];

    /// <summary>Quantiles at two probabilities, interpolated between order statistics as numpy's <c>percentile</c> does.</summary>
    /// <param name="values">At least one finite value; left as it is.</param>
    /// <param name="low">Probability in [0, 1].</param>
    /// <param name="high">Probability in [0, 1].</param>
    public (double Low, double High) Pair(ReadOnlySpan<double> values, double low, double high)
    {
        var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
        {
            least = Math.Min(least, value);
            most = Math.Max(most, value);
        }

        var scale = (Bins - 1) / (most - least);
        if (!double.IsFinite(scale))
            return (least, least);
        Array.Clear(counts);
        for (var i = 0; i < values.Length; i++)
        {
            var bin = (byte)((values[i] - least) * scale);
            bins[i] = bin;
            counts[bin]++;
        }

        return (Quantile(values, low), Quantile(values, high));
    }

    private double Quantile(ReadOnlySpan<double> values, double probability)
    {
        var position = probability * (values.Length - 1);
        var lower = (int)position;
        var upper = Math.Min(lower + 1, values.Length - 1);
        var (bin, before) = (0, 0);
        while (before + counts[bin] <= lower)
            before += counts[bin++];
        var (last, through) = (bin, before + counts[bin]);
        while (through <= upper)
            through += counts[++last];

        var n = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (bins[i] >= bin && bins[i] <= last)
                picked[n++] = values[i];
        }

        var found = picked.AsSpan(0, n);
        found.Sort();
        return found[lower - before] + ((position - lower) * (found[upper - before] - found[lower - before]));
    }
}
