namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>What a fit estimates, on the scale of the priors.</summary>
/// <param name="K">Base rate.</param>
/// <param name="M">Offset.</param>
/// <param name="Delta">[S] Rate changes.</param>
/// <param name="Beta">[Q] Coefficients of the design matrix.</param>
/// <param name="SigmaObs">Noise, above 0.</param>
public sealed record Parameters(double K, double M, double[] Delta, double[] Beta, double SigmaObs)
{
    /// <summary>[2 + S + Q] k, m, delta, beta.</summary>
    internal double[] ToVector() => [K, M, .. Delta, .. Beta];

    internal static Parameters Of(ReadOnlySpan<double> vector, int changepoints, double sigmaObs) =>
        new(vector[0], vector[1], vector.Slice(2, changepoints).ToArray(), vector[(2 + changepoints)..].ToArray(), sigmaObs);
}
