namespace FLTS.Forecasting.Baselines;

/// <summary>
/// Ridge least squares in its dual form (kernel ridge with the linear kernel), for fewer rows than features: the coefficients of
/// <see cref="NormalEquations"/> by a system of the rows' size. N rows, K answers.
/// </summary>
internal sealed class DualRidge
{
    private readonly LeadRows _lags;
    private readonly int[] _rows;
    private readonly double[][] _centred; // [N][i + 1] Products of rows less the mean row.
    private readonly double[] _means; // [N] Mean product of a row with all rows.
    private readonly double[][] _answers; // [K][N] Less their mean.
    private readonly double[] _answerMeans; // [K]

    /// <param name="lags">Regression rows.</param>
    /// <param name="rows">[N] Those fitted.</param>
    /// <param name="products">As <see cref="Products"/> gives them of these rows and maybe more behind them.</param>
    public DualRidge(LeadRows lags, int[] rows, double[][] products)
    {
        var n = rows.Length;
        (_lags, _rows, _means, _centred) = (lags, rows, new double[n], new double[n][]);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                _means[i] += products[i][j];
                _means[j] += products[i][j];
            }

            _means[i] += products[i][i];
        }

        for (var i = 0; i < n; i++)
            _means[i] /= n;
        var mean = _means.Average();
        for (var i = 0; i < n; i++)
        {
            _centred[i] = new double[i + 1];
            for (var j = 0; j <= i; j++)
                _centred[i][j] = products[i][j] - _means[i] - _means[j] + mean;
        }

        _answerMeans = [.. Enumerable.Range(0, lags.Answers).Select(k => rows.Average(row => lags.Answer(row, k)))];
        _answers = [.. _answerMeans.Select((mean, k) => Array.ConvertAll(rows, row => lags.Answer(row, k) - mean))];
    }

    /// <summary>[N][i + 1] Products of each regression row with those before it and itself, the intercept left out.</summary>
    public static double[][] Products(LeadRows lags, int[] rows, CancellationToken cancellation)
    {
        var products = new double[rows.Length][];
        for (var i = 0; i < rows.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            products[i] = new double[i + 1];
            for (var j = 0; j <= i; j++)
                products[i][j] = lags.Dot(rows[i], rows[j]);
        }

        return products;
    }

    /// <summary>A weight a row, by which rows sum up to coefficients; penalised as in <see cref="NormalEquations.Solve"/>.</summary>
    /// <param name="penalty">A row.</param>
    /// <param name="answers">Positions of those wanted.</param>
    /// <exception cref="InvalidInputException">Columns grow too fast for any penalty.</exception>
    public double[][] Solve(double penalty, int[] answers)
    {
        var largest = Enumerable.Range(0, _rows.Length).Max(i => _centred[i][i]);
        return NormalEquations.Raised(penalty * _rows.Length, largest, ridge =>
            Cholesky.Of(_centred, ridge, _centred.Length) is { } factor ? Array.ConvertAll(answers, k => factor.Solve(_answers[k])) : null);
    }

    /// <summary>[P] Coefficients of an answer, the intercept last.</summary>
    public double[] Coefficients(double[] weights, int answer)
    {
        var coefficients = new double[_lags.Features];
        var slopes = coefficients.AsSpan(0, coefficients.Length - 1);
        for (var i = 0; i < weights.Length; i++)
            _lags.AddScaled(_rows[i], weights[i], slopes);
        coefficients[^1] = Intercept(weights, answer);
        return coefficients;
    }

    /// <summary>Sum of squared errors on rows that were not fitted.</summary>
    /// <param name="weights">[N] As <see cref="Solve"/> gave them.</param>
    /// <param name="answer">Position of the answer.</param>
    /// <param name="rows">[C]</param>
    /// <param name="products">[C][at least N] Of each of them with those fitted.</param>
    public double SquaredError(double[] weights, int answer, ReadOnlySpan<int> rows, ReadOnlySpan<double[]> products)
    {
        var (sum, intercept) = (0.0, Intercept(weights, answer));
        for (var c = 0; c < rows.Length; c++)
        {
            var error = _lags.Answer(rows[c], answer) - intercept - Vectors.Dot(products[c].AsSpan(0, weights.Length), weights);
            sum += error * error;
        }

        return sum;
    }

    /// <summary>The weights sum to 0, so that the mean row falls out of the slopes; it stays here.</summary>
    private double Intercept(double[] weights, int answer) => _answerMeans[answer] - Vectors.Dot(_means, weights);
}
