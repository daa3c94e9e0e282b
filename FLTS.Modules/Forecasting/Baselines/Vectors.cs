using System.Numerics;
using System.Runtime.InteropServices;

namespace FLTS.Forecasting.Baselines;

/// <summary>The three loops AR spends its time in, several numbers at once.</summary>
internal static class Vectors
{
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var left = MemoryMarshal.Cast<double, Vector<double>>(x);
        var right = MemoryMarshal.Cast<double, Vector<double>>(y);
        var sums = Vector<double>.Zero;
        for (var i = 0; i < left.Length; i++)
            sums += left[i] * right[i];
        var sum = Vector.Sum(sums);
        for (var i = left.Length * Vector<double>.Count; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }

    /// <summary>into += factor * x</summary>
    public static void AddScaled(ReadOnlySpan<double> x, double factor, Span<double> into)
    {
        var source = MemoryMarshal.Cast<double, Vector<double>>(x);
        var target = MemoryMarshal.Cast<double, Vector<double>>(into);
        var factors = new Vector<double>(factor);
        for (var i = 0; i < source.Length; i++)
            target[i] += factors * source[i];
        for (var i = source.Length * Vector<double>.Count; i < x.Length; i++)
            into[i] += factor * x[i];
    }

    /// <summary>into = x + y</summary>
    public static void Add(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> into)
    {
        for (var i = 0; i < x.Length; i++)
            into[i] = x[i] + y[i];
    }
}
