using System.Numerics;
using System.Runtime.InteropServices;
using FLTS.Forecasting.Prophet.Fit;

namespace FLTS.Forecasting.Prophet.Predict;

/// <summary>
/// Noise drawn once; each row reads a window at a random place. Quantiles look at one row at a time, so windows that overlap do no harm.
/// </summary>
internal sealed class NoisePool
{
    private readonly double[] _pool;
    private readonly int _starts;
    private SplitMix64 _random;

    public NoisePool(int seed, int size, int window, NoiseDistribution distribution)
    {
        _random = new SplitMix64(~(ulong)seed);
        _starts = size;
        _pool = new double[size + window];
        distribution.Fill(_pool, ref _random);
    }

    /// <summary>trend -> trend * factor + offset + noise, in place.</summary>
    public void Observe(Span<double> samples, double factor, double offset)
    {
        var window = _pool.AsSpan((int)(_random.NextDouble() * _starts), samples.Length);
        var v = MemoryMarshal.Cast<double, Vector<double>>(samples);
        var w = MemoryMarshal.Cast<double, Vector<double>>(window);
        for (var i = 0; i < v.Length; i++)
            v[i] = (v[i] * factor) + w[i] + new Vector<double>(offset);
        for (var i = v.Length * Vector<double>.Count; i < samples.Length; i++)
            samples[i] = (samples[i] * factor) + window[i] + offset;
    }
}
