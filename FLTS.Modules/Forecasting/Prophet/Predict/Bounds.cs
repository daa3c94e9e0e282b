namespace FLTS.Forecasting.Prophet.Predict;

/// <summary>Interval borders in units of y, [N] each.</summary>
internal sealed record Bounds(double[] YhatLower, double[] YhatUpper, double[] TrendLower, double[] TrendUpper);
