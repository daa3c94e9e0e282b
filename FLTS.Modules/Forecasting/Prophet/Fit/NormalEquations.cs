namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>
/// J'J and J'r over all rows, where row i of J is [a t, a, a (t - t_1)+, ..., a (t - t_S)+, features].
/// The hinge columns are never built: within a segment they are lines, so sums of 1, t and t^2 by segment give all of them
/// (O(S^2) instead of O(T S)).
/// </summary>
internal sealed class NormalEquations
{
    private const int BlockRows = 64;

    private NormalEquations(int parameters, int sides)
    {
        Gram = new double[parameters * parameters];
        Sides = new double[sides][];
        Squares = new double[sides];
        for (var i = 0; i < sides; i++)
            Sides[i] = new double[parameters];
    }

    /// <summary>[P, P] J'J, row-major, order k, m, delta, beta.</summary>
    public double[] Gram { get; }

    /// <summary>[R][P] J'r of each right-hand side.</summary>
    public double[][] Sides { get; }

    /// <summary>[R] r'r.</summary>
    public double[] Squares { get; }

    /// <summary>Sums over all rows.</summary>
    /// <param name="design">Rows.</param>
    /// <param name="weights">[T] a; null: 1.</param>
    /// <param name="trend">[T] Factor of the multiplicative columns; null where there are none.</param>
    /// <param name="sides">[R][T] r.</param>
    /// <param name="cancellation">Looked at every few thousand rows.</param>
    public static NormalEquations Sum(
        HistoryDesign design, double[]? weights, double[]? trend, double[][] sides, CancellationToken cancellation)
    {
        var q = design.Columns;
        var width = LinearAlgebra.PaddedWidth(q + 2 + sides.Length);
        var suffix = new double[width * width];
        var block = new double[BlockRows * width];
        var result = new NormalEquations(design.Parameters, sides.Length);

        // From the last segment to the first, so that the sums so far are those of all rows behind a changepoint.
        for (var s = design.Changepoints.Length; s >= 0; s--)
        {
            for (var row = design.SegmentStarts[s]; row < design.SegmentStarts[s + 1]; row += BlockRows)
            {
                if ((row & 0xFFF) < BlockRows)
                    cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(BlockRows, design.SegmentStarts[s + 1] - row);
                for (var i = 0; i < count; i++)
                    Fill(design, row + i, weights, trend, sides, block.AsSpan(i * width, width));
                LinearAlgebra.AddOuterProducts(block.AsSpan(0, count * width), width, suffix);
            }

            if (s > 0)
                result.TakeHinge(s - 1, design.Changepoints, suffix, width, q);
        }

        result.TakeRest(design.Changepoints.Length, suffix, width, q);
        return result;
    }

    private static void Fill(HistoryDesign design, int row, double[]? weights, double[]? trend, double[][] sides, Span<double> to)
    {
        var q = design.Columns;
        design.Features.AsSpan(row * q, q).CopyTo(to);
        if (trend is not null)
        {
            for (var j = 0; j < q; j++)
            {
                if (design.Multiplicative[j])
                    to[j] *= trend[row];
            }
        }

        var a = weights is null ? 1 : weights[row];
        to[q] = a * design.Times[row];
        to[q + 1] = a;
        for (var r = 0; r < sides.Length; r++)
            to[q + 2 + r] = sides[r][row];
    }

    private void TakeHinge(int j, double[] changepoints, double[] sums, int width, int q)
    {
        var (tt, t1, one) = (sums[(q * width) + q], sums[(q * width) + q + 1], sums[((q + 1) * width) + q + 1]);
        var at = changepoints[j];
        var p = 2 + j;
        Set(p, 0, tt - (at * t1));
        Set(p, 1, t1 - (at * one));
        for (var l = 0; l <= j; l++)
            Set(p, 2 + l, tt - ((at + changepoints[l]) * t1) + (at * changepoints[l] * one));
        for (var i = 0; i < q; i++)
            Set(p, 2 + changepoints.Length + i, sums[(i * width) + q] - (at * sums[(i * width) + q + 1]));
        for (var r = 0; r < Sides.Length; r++)
            Sides[r][p] = sums[(q * width) + q + 2 + r] - (at * sums[((q + 1) * width) + q + 2 + r]);
    }

    private void TakeRest(int s, double[] sums, int width, int q)
    {
        Set(0, 0, sums[(q * width) + q]);
        Set(0, 1, sums[(q * width) + q + 1]);
        Set(1, 1, sums[((q + 1) * width) + q + 1]);
        for (var i = 0; i < q; i++)
        {
            Set(0, 2 + s + i, sums[(i * width) + q]);
            Set(1, 2 + s + i, sums[(i * width) + q + 1]);
            for (var j = i; j < q; j++)
                Set(2 + s + i, 2 + s + j, sums[(i * width) + j]);
        }

        for (var r = 0; r < Sides.Length; r++)
        {
            var column = q + 2 + r;
            Sides[r][0] = sums[(q * width) + column];
            Sides[r][1] = sums[((q + 1) * width) + column];
            for (var i = 0; i < q; i++)
                Sides[r][2 + s + i] = sums[(i * width) + column];
            Squares[r] = sums[(column * width) + column];
        }
    }

    private void Set(int i, int j, double value)
    {
        var p = Sides.Length > 0 ? Sides[0].Length : (int)Math.Sqrt(Gram.Length);
        Gram[(i * p) + j] = value;
        Gram[(j * p) + i] = value;
    }
}
