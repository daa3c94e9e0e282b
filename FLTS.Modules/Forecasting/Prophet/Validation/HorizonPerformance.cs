namespace FLTS.Forecasting.Prophet.Validation;

/// <summary>Errors at a distance from the cutoff, averaged over a window of horizons that ends there.</summary>
/// <param name="Horizon">Distance.</param>
/// <param name="Mse">In squared units of y.</param>
/// <param name="Rmse">Root of <paramref name="Mse"/>.</param>
/// <param name="Mae">In units of y.</param>
/// <param name="Mape">Mean of |error / y|; null where a y is next to 0.</param>
/// <param name="Mdape">Median of |error / y|; null where a y is next to 0.</param>
/// <param name="Smape">Mean of 2 |error| / (|y| + |yhat|).</param>
/// <param name="Coverage">Share of y inside the interval; null without intervals.</param>
public sealed record HorizonPerformance(
    TimeSpan Horizon, double Mse, double Rmse, double Mae, double? Mape, double? Mdape, double Smape, double? Coverage);
