using System.Numerics;
using System.Runtime.InteropServices;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>The few dense kernels the fit needs; matrices are row-major.</summary>
internal static class LinearAlgebra
{
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        var i = 0;
        if (a.Length >= Vector<double>.Count)
        {
            var va = MemoryMarshal.Cast<double, Vector<double>>(a);
            var vb = MemoryMarshal.Cast<double, Vector<double>>(b[..a.Length]);
            var acc = Vector<double>.Zero;
            for (var v = 0; v < va.Length; v++)
                acc += va[v] * vb[v];
            sum = Vector.Sum(acc);
            i = va.Length * Vector<double>.Count;
        }

        for (; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    /// <summary>y += factor * x.</summary>
    public static void Axpy(double factor, ReadOnlySpan<double> x, Span<double> y)
    {
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        var vy = MemoryMarshal.Cast<double, Vector<double>>(y[..x.Length]);
        var f = new Vector<double>(factor);
        for (var v = 0; v < vx.Length; v++)
            vy[v] += f * vx[v];
        for (var i = vx.Length * Vector<double>.Count; i < x.Length; i++)
            y[i] += factor * x[i];
    }

    /// <summary>
    /// Lower Cholesky factor of a scaled, symmetric matrix in place (lower triangle read). A pivot lost to rounding is replaced by one that
    /// fixes its unknown at next to 0.
    /// </summary>
    public static void Cholesky(Span<double> a, int n)
    {
        for (var i = 0; i < n; i++)
        {
            var rowI = a.Slice(i * n, i + 1);
            for (var j = 0; j < i; j++)
            {
                var rowJ = a.Slice(j * n, j + 1);
                rowI[j] = (rowI[j] - Dot(rowI[..j], rowJ[..j])) / rowJ[j];
            }

            var pivot = rowI[i] - Dot(rowI[..i], rowI[..i]);
            rowI[i] = pivot > 1e-14 ? Math.Sqrt(pivot) : 1e8;
        }
    }

    /// <summary>Solves L L' x = b in place.</summary>
    public static void Solve(ReadOnlySpan<double> l, int n, Span<double> x)
    {
        for (var i = 0; i < n; i++)
            x[i] = (x[i] - Dot(l.Slice(i * n, i), x[..i])) / l[(i * n) + i];
        for (var i = n - 1; i >= 0; i--)
        {
            x[i] /= l[(i * n) + i];
            Axpy(-x[i], l.Slice(i * n, i), x[..i]);
        }
    }

    /// <summary>
    /// acc[i, j] += sum over rows of row[i] * row[j], for j &gt;= i (and what shares a vector with it).
    /// <paramref name="width"/> is a multiple of 4 and of the vector length.
    /// </summary>
    public static void AddOuterProducts(ReadOnlySpan<double> rows, int width, Span<double> acc)
    {
        var lanes = Vector<double>.Count;
        var count = rows.Length / width;
        for (var i = 0; i < width; i += 4)
        {
            for (var j = i / lanes * lanes; j < width; j += lanes)
            {
                var a0 = Vector<double>.Zero;
                var a1 = Vector<double>.Zero;
                var a2 = Vector<double>.Zero;
                var a3 = Vector<double>.Zero;
                for (var r = 0; r < count; r++)
                {
                    var row = rows.Slice(r * width, width);
                    var v = new Vector<double>(row[j..]);
                    a0 += row[i] * v;
                    a1 += row[i + 1] * v;
                    a2 += row[i + 2] * v;
                    a3 += row[i + 3] * v;
                }

                Add(a0, acc[((i * width) + j)..]);
                Add(a1, acc[(((i + 1) * width) + j)..]);
                Add(a2, acc[(((i + 2) * width) + j)..]);
                Add(a3, acc[(((i + 3) * width) + j)..]);
            }
        }

        static void Add(Vector<double> v, Span<double> to) => (new Vector<double>(to) + v).CopyTo(to);
    }

    /// <summary>Smallest width of at least <paramref name="n"/> that <see cref="AddOuterProducts"/> takes.</summary>
    public static int PaddedWidth(int n)
    {
        var unit = Math.Max(4, Vector<double>.Count);
        return (n + unit - 1) / unit * unit;
    }
}
