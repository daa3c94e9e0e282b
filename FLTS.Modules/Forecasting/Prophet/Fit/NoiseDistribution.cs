using MathNet.Numerics.Distributions;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>What observations scatter by around the curve, on the scale of the priors.</summary>
/// <param name="sigma">Standard deviation of the normal distribution.</param>
/// <param name="quantiles">[K] Evenly spaced quantiles to draw from instead; null: normal.</param>
internal sealed class NoiseDistribution(double sigma, double[]? quantiles)
{
    private const int MostQuantiles = 401;

    /// <summary>Evenly spaced quantiles of residuals, from the least to the greatest.</summary>
    /// <param name="residuals">[T] At least two; sorted in place.</param>
    public static double[] QuantilesOf(double[] residuals)
    {
        Array.Sort(residuals);
        var count = Math.Min(residuals.Length, MostQuantiles);
        return [.. Enumerable.Range(0, count).Select(i => Interpolate(residuals, i / (count - 1.0)))];
    }

    /// <summary>Value below which noise lies with probability <paramref name="p"/>, 0 to 1.</summary>
    public double Quantile(double p) => quantiles is null ? sigma * Normal.InvCDF(0, 1, p) : Interpolate(quantiles, p);

    /// <summary>Draws.</summary>
    public void Fill(Span<double> values, ref SplitMix64 random)
    {
        if (quantiles is not null)
        {
            foreach (ref var value in values)
                value = Interpolate(quantiles, random.NextDouble());
            return;
        }

        // Two at a time (Box & Muller 1958).
        for (var i = 0; i < values.Length; i += 2)
        {
            var radius = sigma * Math.Sqrt(2 * random.Exponential());
            var (sin, cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
            values[i] = radius * cos;
            if (i + 1 < values.Length)
                values[i + 1] = radius * sin;
        }
    }

    private static double Interpolate(double[] sorted, double p)
    {
        var position = p * (sorted.Length - 1);
        var below = Math.Min((int)position, sorted.Length - 2);
        return sorted[below] + ((position - below) * (sorted[below + 1] - sorted[below]));
    }
}
