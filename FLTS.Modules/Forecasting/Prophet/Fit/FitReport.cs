namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>How the optimiser ended.</summary>
/// <param name="LogPosterior">Log posterior reached, constants dropped as Stan drops them.</param>
/// <param name="Iterations">Quadratic problems solved.</param>
/// <param name="Converged">The last step promised less than the tolerance.</param>
/// <param name="ExpectedGain">Log units the last step promised.</param>
/// <param name="Rows">History rows used.</param>
/// <param name="Method">What was done, in words.</param>
public sealed record FitReport(double LogPosterior, int Iterations, bool Converged, double ExpectedGain, int Rows, string Method);
