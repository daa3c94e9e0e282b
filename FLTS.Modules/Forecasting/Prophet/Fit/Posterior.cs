using FLTS.Forecasting.Prophet.Terms;

namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>
/// Prophet's log posterior (prophet.stan): k, m ~ N(0, 5); delta ~ Laplace(0, tau); beta ~ N(0, prior scale); sigma_obs ~ half N(0, 0.5);
/// y ~ N(yhat, sigma_obs). Constants are dropped as Stan drops them.
/// </summary>
internal sealed class Posterior
{
    private const double TrendVariance = 25;

    /// <summary>A noiseless history has no finite maximum; below this sigma (in units of scaled y) the fit counts as exact.</summary>
    private const double LeastSigma = 1e-6;

    public Posterior(int rows, int changepoints, double tau, ReadOnlySpan<FeatureColumn> columns)
    {
        Rows = rows;
        Changepoints = changepoints;
        Precision = new double[2 + changepoints + columns.Length];
        Penalty = new double[Precision.Length];
        Precision[0] = Precision[1] = 1 / TrendVariance;
        Penalty.AsSpan(2, changepoints).Fill(1 / tau);
        for (var i = 0; i < columns.Length; i++)
            Precision[2 + changepoints + i] = 1 / (columns[i].PriorScale * columns[i].PriorScale);
    }

    public int Rows { get; }

    public int Changepoints { get; }

    /// <summary>[P] Inverse variance of each normal prior; 0 for delta.</summary>
    public double[] Precision { get; }

    /// <summary>[P] 1 / tau for delta; 0 for the rest.</summary>
    public double[] Penalty { get; }

    /// <summary>The best sigma_obs for a sum of squares: the root of -T/s + SSE/s^3 - 4s = 0.</summary>
    public double Sigma(double sse) => Math.Max(LeastSigma, Math.Sqrt(2 * sse / (Rows + Math.Sqrt(((double)Rows * Rows) + (16 * sse)))));

    /// <summary>Log posterior at given parameters.</summary>
    public double Log(ReadOnlySpan<double> theta, double sse, double sigma)
    {
        var prior = 2 * sigma * sigma;
        for (var i = 0; i < theta.Length; i++)
            prior += (0.5 * Precision[i] * theta[i] * theta[i]) + (Penalty[i] * Math.Abs(theta[i]));
        return -(Rows * Math.Log(sigma)) - (sse / (2 * sigma * sigma)) - prior;
    }

    /// <summary>Log posterior with sigma_obs at its best.</summary>
    public double Log(ReadOnlySpan<double> theta, double sse) => Log(theta, sse, Sigma(sse));
}
