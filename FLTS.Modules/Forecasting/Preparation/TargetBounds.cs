namespace FLTS.Forecasting.Preparation;

/// <summary>What forecasts of a target are kept within, in original units, in scoring and serving alike.</summary>
/// <param name="Min">Least; null: no bound, and <see cref="NonNegativeRule.Auto"/> counts.</param>
/// <param name="Max">Greatest; null: none.</param>
public sealed record TargetBounds(double? Min = null, double? Max = null);
