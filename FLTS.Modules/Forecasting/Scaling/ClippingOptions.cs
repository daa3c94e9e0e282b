namespace FLTS.Forecasting.Scaling;

/// <summary>Clipping of outliers; bounds are learned on train.</summary>
/// <param name="Method">Default off.</param>
/// <param name="IqrFactor">iqr keeps q1 - f * (q3 - q1) to q3 + f * (q3 - q1); 0 to 100, default 1.5.</param>
/// <param name="Percentile">percentile keeps the quantiles p to 1 - p; 0 to 0.49, default 0.01.</param>
public sealed record ClippingOptions(ClippingMethod Method = ClippingMethod.Off, double IqrFactor = 1.5, double Percentile = 0.01);
