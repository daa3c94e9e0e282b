using System.Numerics;
using System.Runtime.InteropServices;
using MathNet.Numerics.Distributions;

namespace FLTS.Modules.Forecasting.Prophet;

/// <summary>Interval borders in units of y, [N] each.</summary>
internal sealed record Bounds(double[] YhatLower, double[] YhatUpper, double[] TrendLower, double[] TrendUpper);

/// <summary>
/// Intervals by simulation (Taylor &amp; Letham 2017, section 3.1.4; Prophet's <c>sample_model</c>): beyond the history changepoints arrive as
/// often as within it (a Poisson process of S per unit of scaled time) with Laplace sizes of the mean absolute rate change; observations
/// scatter with sigma_obs. On the history the trend is known, so the quantiles there are those of the normal distribution, without sampling.
/// </summary>
internal static class Uncertainty
{
    private const int PoolSize = 1 << 16;

    public static Bounds Simulate(ProphetModel model, ScaledRows rows, double[] additive, double[] multiplicative)
    {
        var n = rows.Times.Length;
        var bounds = new Bounds(new double[n], new double[n], new double[n], new double[n]);
        var tail = (1 - model.Settings.IntervalWidth) / 2;
        var z = -Normal.InvCDF(0, 1, tail);
        var paths = new TrendPaths(model, rows.Times.Length == 0 ? 0 : rows.Times.Max());
        var noise = new NoisePool(model.Settings.Seed, PoolSize, model.Settings.UncertaintySamples, model.Parameters.SigmaObs);
        var samples = new double[model.Settings.UncertaintySamples];
        var select = new QuantileSelector(samples.Length);
        var order = Enumerable.Range(0, n).OrderBy(i => rows.Times[i]).ToArray();
        foreach (var i in order)
        {
            var (scale, floor) = (model.Scale.YScale, rows.Floors[i]);
            var (trendLower, trendUpper) = (rows.Trend[i], rows.Trend[i]);
            var centre = (rows.Trend[i] * (1 + multiplicative[i])) + additive[i];
            var (lower, upper) = (centre - (z * model.Parameters.SigmaObs), centre + (z * model.Parameters.SigmaObs));
            if (paths.Advance(rows.Times[i]))
            {
                paths.Trends(rows.Times[i], rows.Caps is null ? 0 : rows.Caps[i], samples);
                (trendLower, trendUpper) = select.Pair(samples, tail, z);
                noise.Observe(samples, 1 + multiplicative[i], additive[i]);
                (lower, upper) = select.Pair(samples, tail, z);
            }

            (bounds.YhatLower[i], bounds.YhatUpper[i]) = ((lower * scale) + floor, (upper * scale) + floor);
            (bounds.TrendLower[i], bounds.TrendUpper[i]) = ((trendLower * scale) + floor, (trendUpper * scale) + floor);
        }

        return bounds;
    }

    /// <summary>Simulated trends, all advanced together through time.</summary>
    private sealed class TrendPaths
    {
        private readonly Growth growth;
        private readonly double[] slopes;
        private readonly double[] intercepts;
        private readonly (double Time, int Path, double Delta)[] events;
        private int next;

        public TrendPaths(ProphetModel model, double end)
        {
            growth = model.Settings.Growth;
            var (bends, p) = (model.Bends(), model.Parameters);
            var (k, b) = PiecewiseTrend.Lines(growth, p.K, p.M, p.Delta, bends);
            slopes = new double[model.Settings.UncertaintySamples];
            intercepts = new double[slopes.Length];
            Array.Fill(slopes, k[^1]);
            Array.Fill(intercepts, b[^1]);
            events = growth == Growth.Flat ? [] : [.. Draw(model.Settings, p.Delta, bends.Length, end).OrderBy(e => e.Time)];
        }

        /// <summary>Moves to time t (never backwards); false while all paths are the fitted trend.</summary>
        public bool Advance(double t)
        {
            for (; next < events.Length && events[next].Time <= t; next++)
            {
                var (at, path, delta) = events[next];
                slopes[path] += delta;
                intercepts[path] -= delta * at;
            }

            return next > 0;
        }

        public void Trends(double t, double cap, Span<double> to)
        {
            var lanes = Vector<double>.Count;
            var i = 0;
            for (; i + lanes <= to.Length; i += lanes)
            {
                var z = (new Vector<double>(slopes, i) * t) + new Vector<double>(intercepts, i);
                if (growth == Growth.Logistic)
                    z = new Vector<double>(cap) / (Vector<double>.One + Vector.Exp(-z));
                z.CopyTo(to[i..]);
            }

            for (; i < to.Length; i++)
            {
                var z = (slopes[i] * t) + intercepts[i];
                to[i] = growth == Growth.Logistic ? cap * PiecewiseTrend.Sigmoid(z) : z;
            }
        }

        private static IEnumerable<(double Time, int Path, double Delta)> Draw(ProphetSettings settings, double[] delta, int rate, double end)
        {
            var random = new SplitMix64((ulong)settings.Seed);
            var size = delta.Average(Math.Abs) + 1e-8;
            for (var path = 0; path < settings.UncertaintySamples; path++)
            {
                for (var at = 1 + (random.Exponential() / rate); at <= end; at += random.Exponential() / rate)
                    yield return (at, path, (random.NextDouble() < 0.5 ? -size : size) * random.Exponential());
            }
        }
    }

    /// <summary>
    /// Normal noise drawn once; each row reads a window at a random place. Quantiles look at one row at a time, so windows that overlap do no harm.
    /// </summary>
    private sealed class NoisePool
    {
        private readonly double[] pool;
        private readonly int starts;
        private SplitMix64 random;

        public NoisePool(int seed, int size, int window, double sigma)
        {
            random = new SplitMix64(~(ulong)seed);
            starts = size;
            pool = new double[size + window];
            for (var i = 0; i < pool.Length; i += 2)
            {
                var radius = sigma * Math.Sqrt(2 * random.Exponential());
                var (sin, cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
                pool[i] = radius * cos;
                if (i + 1 < pool.Length)
                    pool[i + 1] = radius * sin;
            }
        }

        /// <summary>trend -> trend * factor + offset + noise, in place.</summary>
        public void Observe(Span<double> samples, double factor, double offset)
        {
            var window = pool.AsSpan((int)(random.NextDouble() * starts), samples.Length);
            var v = MemoryMarshal.Cast<double, Vector<double>>(samples);
            var w = MemoryMarshal.Cast<double, Vector<double>>(window);
            for (var i = 0; i < v.Length; i++)
                v[i] = (v[i] * factor) + w[i] + new Vector<double>(offset);
            for (var i = v.Length * Vector<double>.Count; i < samples.Length; i++)
                samples[i] = (samples[i] * factor) + window[i] + offset;
        }
    }
}

/// <summary>SplitMix64 (Steele, Lea &amp; Flood 2014): small, seeded, the same on every machine and runtime.</summary>
internal struct SplitMix64(ulong seed)
{
    private ulong state = seed;

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Exponential with mean 1.</summary>
    public double Exponential() => -Math.Log(1 - NextDouble());
}
