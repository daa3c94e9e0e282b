namespace FLTS.Forecasting.Baselines;

/// <summary>Sums of a least-squares problem: X'X, X'y and y'y of standardised columns. P features (the last is 1), K answers.</summary>
internal sealed class NormalEquations
{
    /// <summary>How often a penalty that rounding swallows is made ten times larger.</summary>
    private const int MostRaises = 12;

    private readonly LeadRows _rows;
    private readonly double[][] _gram; // [P][p + 1] The lower triangle.
    private readonly double[][] _moments; // [K][P]
    private readonly double[] _squares; // [K]
    private readonly double[] _row; // [P]

    private NormalEquations(LeadRows rows, double[][] windows)
    {
        _rows = rows;
        var features = rows.Features;
        _gram =
        [
            .. windows.Select(row => (double[])[.. row]),
            .. Enumerable.Range(windows.Length, features - windows.Length).Select(p => new double[p + 1]),
        ];
        _moments = [.. Enumerable.Range(0, rows.Answers).Select(_ => new double[features])];
        (_squares, _row) = (new double[rows.Answers], new double[features]);
    }

    /// <summary>Rows summed.</summary>
    public int Rows { get; private set; }

    /// <summary>Sums rows.</summary>
    /// <param name="rows">What explains what.</param>
    /// <param name="summed">Rows of it, ascending.</param>
    /// <param name="windows">Moved to them.</param>
    /// <param name="cancellation">Looked at now and then.</param>
    public static NormalEquations Of(LeadRows rows, IReadOnlyList<int> summed, LagSums windows, CancellationToken cancellation)
    {
        windows.Move(summed, cancellation);
        var sums = new NormalEquations(rows, windows.Gram);
        foreach (var row in summed)
        {
            if ((sums.Rows & 1023) == 0)
                cancellation.ThrowIfCancellationRequested();
            sums.AddBeside(row);
        }

        return sums;
    }

    /// <summary>These sums, others and those of some rows more.</summary>
    public NormalEquations Plus(NormalEquations other, IEnumerable<int> more)
    {
        var sum = new NormalEquations(_rows, []) { Rows = Rows + other.Rows };
        for (var p = 0; p < _gram.Length; p++)
            Vectors.Add(_gram[p], other._gram[p], sum._gram[p]);
        for (var k = 0; k < _moments.Length; k++)
            Vectors.Add(_moments[k], other._moments[k], sum._moments[k]);
        Vectors.Add(_squares, other._squares, sum._squares);
        foreach (var row in more)
        {
            LagSums.Add(sum._gram, _rows.Lags.Window(row), 1);
            sum.AddBeside(row);
        }

        return sum;
    }

    /// <summary>
    /// [K][P] Coefficients that minimise the squared error plus penalty * rows * |coefficients|^2; the intercept is not penalised. Where
    /// columns grow so fast that rounding alone is larger than the penalty, the least larger one (by powers of ten) that can be solved.
    /// </summary>
    /// <exception cref="InvalidInputException">Columns grow too fast for any.</exception>
    public double[][] Solve(double penalty)
    {
        var largest = _gram.Max(row => row[^1]);
        return Raised(penalty * Rows, largest, ridge =>
            Cholesky.Of(_gram, ridge, _gram.Length - 1) is { } factor ? Array.ConvertAll(_moments, factor.Solve) : null);
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

    /// <summary>Sum of squared errors of coefficients on these rows: y'y - 2 b'X'y + b'X'Xb.</summary>
    public double SquaredError(double[] coefficients, int answer)
    {
        var quadratic = 0.0;
        for (var p = 0; p < coefficients.Length; p++)
        {
            quadratic += coefficients[p] * ((2 * Vectors.Dot(_gram[p], coefficients.AsSpan(0, p + 1)))
                - (_gram[p][p] * coefficients[p]));
        }

        return _squares[answer] - (2 * Vectors.Dot(_moments[answer], coefficients)) + quadratic;
    }

    /// <summary>All of a row but the products of its window with itself.</summary>
    private void AddBeside(int row)
    {
        Rows++;
        _rows.Fill(row, _row);
        for (var p = _rows.Lags.Width; p < _row.Length; p++)
            Vectors.AddScaled(_row.AsSpan(0, p + 1), _row[p], _gram[p]);
        for (var k = 0; k < _moments.Length; k++)
        {
            var answer = _rows.Answer(row, k);
            Vectors.AddScaled(_row, answer, _moments[k]);
            _squares[k] += answer * answer;
        }
    }
}
