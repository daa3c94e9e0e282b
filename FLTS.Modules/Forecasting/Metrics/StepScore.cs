namespace FLTS.Forecasting.Metrics;

/// <summary>Errors of one step ahead (from 1), on min-max scale, pooled over targets.</summary>
public sealed record StepScore(int Step, int Cells, double? Rmse, double? Mae, double? Mse);
