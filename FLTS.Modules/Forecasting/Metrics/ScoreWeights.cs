namespace FLTS.Forecasting.Metrics;

/// <summary>score = Rmse * rmse + Mae * mae + Mse * mse; lower wins.</summary>
public sealed record ScoreWeights(double Rmse = 0.5, double Mae = 0.3, double Mse = 0.2)
{
    /// <summary>The score of pooled errors.</summary>
    public double Of(double mse, double mae) => (Rmse * Math.Sqrt(mse)) + (Mae * mae) + (Mse * mse);
}
