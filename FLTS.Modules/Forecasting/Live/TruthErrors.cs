namespace FLTS.Forecasting.Live;

/// <summary>How far a truth that has become known lay from the forecasts of a lead. M targets.</summary>
/// <param name="Time">Of the truth.</param>
/// <param name="Lead">In steps.</param>
/// <param name="Residuals">[M] Normalised; NaN where nothing was observed or forecast.</param>
public sealed record TruthErrors(DateTime Time, int Lead, double[] Residuals);
