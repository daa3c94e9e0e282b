using System.Numerics;
using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Trend;
using MathNet.Numerics.Distributions;

namespace FLTS.Forecasting.Prophet.Predict;

/// <summary>
/// Intervals by simulation (Taylor &amp; Letham 2017, section 3.1.4; Prophet's <c>sample_model</c>): beyond the history changepoints arrive
/// as often as within it (a Poisson process of S per unit of scaled time) with Laplace sizes of the mean absolute rate change; observations
/// scatter with sigma_obs (or as the history's residuals, see <see cref="ObservationNoise"/>). On the history the trend is known, so the
/// quantiles there are those of that distribution, without sampling.
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
        var distribution = new NoiseDistribution(model.Parameters.SigmaObs, model.ResidualQuantiles);
        var (low, high) = (distribution.Quantile(tail), distribution.Quantile(1 - tail));
        var noise = new NoisePool(model.Settings.Seed, PoolSize, model.Settings.UncertaintySamples, distribution);
        var samples = new double[model.Settings.UncertaintySamples];
        var select = new QuantileSelector(samples.Length);
        var order = Enumerable.Range(0, n).OrderBy(i => rows.Times[i]).ToArray();
        foreach (var i in order)
        {
            var (scale, floor) = (model.Scale.YScale, rows.Floors[i]);
            var (trendLower, trendUpper) = (rows.Trend[i], rows.Trend[i]);
            var centre = (rows.Trend[i] * (1 + multiplicative[i])) + additive[i];
            var (lower, upper) = (centre + low, centre + high);
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
        private readonly Growth _growth;
        private readonly double[] _slopes;
        private readonly double[] _intercepts;
        private readonly (double Time, int Path, double Delta)[] _events;
        private int _next;

        public TrendPaths(ProphetModel model, double end)
        {
            _growth = model.Settings.Growth;
            var (bends, p) = (model.Bends(), model.Parameters);
            var (k, b) = PiecewiseTrend.Lines(_growth, p.K, p.M, p.Delta, bends);
            _slopes = new double[model.Settings.UncertaintySamples];
            _intercepts = new double[_slopes.Length];
            Array.Fill(_slopes, k[^1]);
            Array.Fill(_intercepts, b[^1]);
            _events = _growth == Growth.Flat ? [] : [.. Draw(model.Settings, p.Delta, bends.Length, end).OrderBy(e => e.Time)];
        }

        /// <summary>Moves to time t (never backwards); false while all paths are the fitted trend.</summary>
        public bool Advance(double t)
        {
            for (; _next < _events.Length && _events[_next].Time <= t; _next++)
            {
                var (at, path, delta) = _events[_next];
                _slopes[path] += delta;
                _intercepts[path] -= delta * at;
            }

            return _next > 0;
        }

        public void Trends(double t, double cap, Span<double> to)
        {
            var lanes = Vector<double>.Count;
            var i = 0;
            for (; i + lanes <= to.Length; i += lanes)
            {
                var z = (new Vector<double>(_slopes, i) * t) + new Vector<double>(_intercepts, i);
                if (_growth == Growth.Logistic)
                    z = new Vector<double>(cap) / (Vector<double>.One + Vector.Exp(-z));
                z.CopyTo(to[i..]);
            }

            for (; i < to.Length; i++)
            {
                var z = (_slopes[i] * t) + _intercepts[i];
                to[i] = _growth == Growth.Logistic ? cap * PiecewiseTrend.Sigmoid(z) : z;
            }
        }

        private static IEnumerable<(double Time, int Path, double Delta)> Draw(
            ProphetSettings settings, double[] delta, int rate, double end)
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
}
