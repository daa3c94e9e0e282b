using System.Numerics;
using System.Runtime.InteropServices;

namespace FLTS.Forecasting.Prophet.Predict;

/// <summary>
/// Quantiles of a sample without sorting it: vectorised counts close in on the quantile from a normal guess, and only the few
/// values left between are ordered.
/// </summary>
internal sealed class QuantileSelector(int size)
{
    private const int Few = 32;
    private const int MostCounts = 16;

    private readonly double[] _picked = new double[size];

    /// <summary>Quantiles at p and 1 - p, interpolated between order statistics as numpy's <c>percentile</c> does.</summary>
    /// <param name="values">At least one, all finite; left as they are.</param>
    /// <param name="p">Probability below one half.</param>
    /// <param name="z">The normal quantile of 1 - p, where the search starts.</param>
    public (double Low, double High) Pair(ReadOnlySpan<double> values, double p, double z)
    {
        var (least, most, mean, deviation) = Moments(values);
        if (least == most)
            return (least, most);
        return (
            Quantile(values, p, least, most, mean - (z * deviation), deviation),
            Quantile(values, 1 - p, least, most, mean + (z * deviation), deviation));
    }

    // v[lower] and v[upper] are wanted; below = #(v < from) <= lower and through = #(v < to) > upper hold throughout.
    private double Quantile(ReadOnlySpan<double> values, double p, double least, double most, double guess, double deviation)
    {
        var position = p * (values.Length - 1);
        var lower = (int)position;
        var upper = Math.Min(lower + 1, values.Length - 1);
        var (from, below, to, through) = (least, 0, Math.BitIncrement(most), values.Length);
        for (var i = 0; i < MostCounts && through - below > Few; i++)
        {
            // The guess, then a small step across the quantile, then by turns interpolation and halving.
            var probe = i == 0 ? guess
                : i == 1 ? guess + (from == guess ? 0.15 * deviation : -0.15 * deviation)
                : i % 3 == 1 ? from + (0.5 * (to - from))
                : from + ((to - from) * (lower + 0.5 - below) / (through - below));
            if (!(probe > from && probe < to))
                continue;
            var count = CountBelow(values, probe);
            if (count <= lower)
                (from, below) = (probe, count);
            else if (count > upper)
                (to, through) = (probe, count);
            else
                break;
        }

        var n = 0;
        foreach (var value in values)
        {
            // Written first and kept only inside: no branch to mispredict.
            _picked[n] = value;
            n += value >= from & value < to ? 1 : 0;
            if (n == _picked.Length)
                break;
        }

        var found = _picked.AsSpan(0, n);
        if (n <= 2 * Few)
            found.Sort();
        else
            Arrange(found, lower - below, upper - below);
        var (a, b) = (found[lower - below], found[upper - below]);
        return a + ((position - lower) * (b - a));
    }

    /// <summary>
    /// Puts the order statistics <paramref name="lower"/> and the one after it (<paramref name="upper"/>) in their places; ties do no harm.
    /// </summary>
    private static void Arrange(Span<double> values, int lower, int upper)
    {
        var (from, to) = (0, values.Length - 1);
        while (from < to)
        {
            var pivot = values[from + ((to - from) / 2)];
            var (i, j) = (from, to);
            while (i <= j)
            {
                while (values[i] < pivot)
                    i++;
                while (values[j] > pivot)
                    j--;
                if (i <= j)
                {
                    (values[i], values[j]) = (values[j], values[i]);
                    i++;
                    j--;
                }
            }

            if (lower <= j)
                to = j;
            else if (lower >= i)
                from = i;
            else
                break;
        }

        var next = lower + 1;
        for (var i = next + 1; upper > lower && i < values.Length; i++)
        {
            if (values[i] < values[next])
                (values[i], values[next]) = (values[next], values[i]);
        }
    }

    private static int CountBelow(ReadOnlySpan<double> values, double limit)
    {
        var vectors = MemoryMarshal.Cast<double, Vector<double>>(values);
        var bound = new Vector<double>(limit);
        var (even, odd) = (Vector<long>.Zero, Vector<long>.Zero);
        var v = 0;
        for (; v + 1 < vectors.Length; v += 2)
        {
            even -= Vector.LessThan(vectors[v], bound);
            odd -= Vector.LessThan(vectors[v + 1], bound);
        }

        var count = 0;
        for (var i = v * Vector<double>.Count; i < values.Length; i++)
            count += values[i] < limit ? 1 : 0;
        return count + (int)Vector.Sum(even + odd);
    }

    private static (double Least, double Most, double Mean, double Deviation) Moments(ReadOnlySpan<double> values)
    {
        // About the first value, so that the squares keep their digits.
        var origin = values[0];
        var vectors = MemoryMarshal.Cast<double, Vector<double>>(values);
        var (least, most) = (new Vector<double>(origin), new Vector<double>(origin));
        var (sum, squares) = (Vector<double>.Zero, Vector<double>.Zero);
        foreach (var v in vectors)
        {
            least = Vector.Min(least, v);
            most = Vector.Max(most, v);
            var d = v - new Vector<double>(origin);
            sum += d;
            squares += d * d;
        }

        var (low, high, total, square) = (origin, origin, Vector.Sum(sum), Vector.Sum(squares));
        for (var i = 0; i < Vector<double>.Count; i++)
            (low, high) = (Math.Min(low, least[i]), Math.Max(high, most[i]));
        foreach (var value in values[(vectors.Length * Vector<double>.Count)..])
        {
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
            total += value - origin;
            square += (value - origin) * (value - origin);
        }

        var shift = total / values.Length;
        return (low, high, origin + shift, Math.Sqrt(Math.Max(0, (square / values.Length) - (shift * shift))));
    }
}
