namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>Where the optimiser stopped.</summary>
internal sealed record MapOutcome(double[] Theta, double Sse, int Iterations, bool Converged, double ExpectedGain);
