namespace FLTS.Forecasting.Baselines;

/// <summary>Mean and deviation that a column is standardised with inside AR.</summary>
internal sealed record ColumnSpread(double Mean, double Deviation);
