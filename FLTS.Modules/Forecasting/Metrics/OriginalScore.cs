namespace FLTS.Forecasting.Metrics;

/// <summary>Errors in original units; <paramref name="Nrmse"/> = rmse / |mean of the truth|, null where that mean is next to 0.</summary>
public sealed record OriginalScore(double Rmse, double Mae, double? Nrmse);
