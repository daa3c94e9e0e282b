namespace FLTS.Forecasting.Metrics;

/// <summary>score = Rmse * rmse + Mae * mae + Mse * mse; lower wins.</summary>
public sealed record ScoreWeights(double Rmse = 0.5, double Mae = 0.3, double Mse = 0.2);
