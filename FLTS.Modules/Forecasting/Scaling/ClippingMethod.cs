namespace FLTS.Forecasting.Scaling;

/// <summary>How outliers are clipped.</summary>
public enum ClippingMethod { Off, Iqr, Percentile }
