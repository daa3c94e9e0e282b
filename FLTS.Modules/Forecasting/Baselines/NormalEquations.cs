using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace FLTS.Forecasting.Baselines;

/// <summary>Sums of a least-squares problem: X'X, X'y and y'y of standardised columns. P features (the last is 1), K answers.</summary>
internal sealed class NormalEquations
{
    /// <summary>How often a penalty that rounding swallows is made ten times larger.</summary>
    private const int MostRaises = 12;

    private readonly double[][] _gram; // [P][P], the upper triangle
    private readonly double[][] _moments; // [K][P]
    private readonly double[] _squares; // [K]

    private NormalEquations(int features, int answers)
    {
        _gram = [.. Enumerable.Range(0, features).Select(_ => new double[features])];
        _moments = [.. Enumerable.Range(0, answers).Select(_ => new double[features])];
        _squares = new double[answers];
    }

    /// <summary>Rows summed.</summary>
    public int Rows { get; private set; }

    /// <summary>Sums the rows of a span whose answer was observed.</summary>
    public static NormalEquations Of(LagRows lags, bool[] observed, int[] answers, RowSpan span, CancellationToken cancellation)
    {
        var sums = new NormalEquations(lags.Features, answers.Length);
        var row = new double[lags.Features];
        for (var t = span.Start; t < span.End; t++)
        {
            if ((t & 1023) == 0)
                cancellation.ThrowIfCancellationRequested();
            if (!observed[t] || !lags.TryFill(t, row))
                continue;
            sums.Rows++;
            for (var p = 0; p < row.Length; p++)
                Vectors.AddScaled(row.AsSpan(p), row[p], sums._gram[p].AsSpan(p));
            for (var k = 0; k < answers.Length; k++)
            {
                var answer = lags.At(t, answers[k]);
                Vectors.AddScaled(row, answer, sums._moments[k]);
                sums._squares[k] += answer * answer;
            }
        }

        return sums;
    }

    public NormalEquations Plus(NormalEquations other)
    {
        var sum = new NormalEquations(_gram.Length, _moments.Length) { Rows = Rows + other.Rows };
        for (var p = 0; p < _gram.Length; p++)
            Vectors.Add(_gram[p], other._gram[p], sum._gram[p]);
        for (var k = 0; k < _moments.Length; k++)
            Vectors.Add(_moments[k], other._moments[k], sum._moments[k]);
        Vectors.Add(_squares, other._squares, sum._squares);
        return sum;
    }

    /// <summary>
    /// [K][P] Coefficients that minimise the squared error plus penalty * rows * |coefficients|^2; the intercept is not penalised. Where
    /// columns grow so fast that rounding alone is larger than the penalty, the least larger one (by powers of ten) that can be solved.
    /// </summary>
    /// <exception cref="InvalidInputException">Columns grow too fast for any.</exception>
    public double[][] Solve(double penalty)
    {
        var largest = Enumerable.Range(0, _gram.Length).Max(p => _gram[p][p]);
        return Raised(penalty * Rows, largest, ridge => Factor(ridge)?.Solve(DenseMatrix.OfColumnArrays(_moments)).ToColumnArrays());
    }

    /// <summary>The solution with the least of ever larger penalties that rounding does not swallow.</summary>
    /// <param name="ridge">The penalty to begin with.</param>
    /// <param name="largest">Element of the diagonal.</param>
    /// <param name="solve">Null, or numbers that are not finite: it cannot be solved.</param>
    /// <exception cref="InvalidInputException">Columns grow too fast for any.</exception>
    public static double[][] Raised(double ridge, double largest, Func<double, double[][]?> solve)
    {
        for (var raises = 0; raises <= MostRaises && double.IsFinite(largest); raises++)
        {
            if (solve(ridge) is { } solution && solution.All(column => Array.TrueForAll(column, double.IsFinite)))
                return solution;

            ridge = Math.Max(ridge, largest * 1e-17) * 10;
        }

        throw new InvalidInputException(
            "AR cannot be fitted: the columns grow over more orders of magnitude than a regression on them can hold (exponential growth?). "
            + "Give their logarithms, or a shorter train part.");
    }

    /// <summary>The penalised sums, factored; null where rounding made them indefinite.</summary>
    private Cholesky<double>? Factor(double ridge)
    {
        var features = _gram.Length;
        var system = DenseMatrix.Create(features, features, (p, q) => _gram[Math.Min(p, q)][Math.Max(p, q)]);
        for (var p = 0; p < features - 1; p++)
            system[p, p] += ridge;
        try
        {
            return system.Cholesky();
        }
        catch (ArgumentException)
        {
            return null; // The library has no other word for it.
        }
    }

    /// <summary>Sum of squared errors of coefficients on these rows: y'y - 2 b'X'y + b'X'Xb.</summary>
    public double SquaredError(double[] coefficients, int answer)
    {
        var quadratic = 0.0;
        for (var p = 0; p < coefficients.Length; p++)
        {
            quadratic += coefficients[p] * ((2 * Vectors.Dot(_gram[p].AsSpan(p), coefficients.AsSpan(p)))
                - (_gram[p][p] * coefficients[p]));
        }

        return _squares[answer] - (2 * Vectors.Dot(_moments[answer], coefficients)) + quadratic;
    }
}
