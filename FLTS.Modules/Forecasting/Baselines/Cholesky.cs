namespace FLTS.Forecasting.Baselines;

/// <summary>A positive definite system, factored. N equations, of which the lower triangle is given.</summary>
internal sealed class Cholesky
{
    private readonly double[][] _factor; // [N][i + 1]

    private Cholesky(double[][] factor) => _factor = factor;

    /// <summary>Null where rounding made the system indefinite.</summary>
    /// <param name="system">[N][i + 1] Not changed.</param>
    /// <param name="ridge">Added to the diagonal.</param>
    /// <param name="ridged">Of how many first equations.</param>
    public static Cholesky? Of(double[][] system, double ridge, int ridged)
    {
        var factor = new double[system.Length][];
        for (var i = 0; i < factor.Length; i++)
        {
            double[] row = [.. system[i]];
            for (var j = 0; j < i; j++)
                row[j] = (row[j] - Vectors.Dot(row.AsSpan(0, j), factor[j].AsSpan(0, j))) / factor[j][j];
            var pivot = row[i] + (i < ridged ? ridge : 0) - Vectors.Dot(row.AsSpan(0, i), row.AsSpan(0, i));
            if (!(pivot > 0))
                return null;
            row[i] = Math.Sqrt(pivot);
            factor[i] = row;
        }

        return new Cholesky(factor);
    }

    /// <summary>[N]</summary>
    public double[] Solve(double[] answer)
    {
        double[] solution = [.. answer];
        for (var i = 0; i < solution.Length; i++)
            solution[i] = (solution[i] - Vectors.Dot(_factor[i].AsSpan(0, i), solution.AsSpan(0, i))) / _factor[i][i];
        for (var i = solution.Length - 1; i >= 0; i--)
        {
            solution[i] /= _factor[i][i];
            Vectors.AddScaled(_factor[i].AsSpan(0, i), -solution[i], solution.AsSpan(0, i));
        }

        return solution;
    }
}
