namespace FLTS.Forecasting.Metrics;

/// <summary>Sums of errors, weighted.</summary>
public readonly record struct PooledSums(double Weight, double Squares, double Absolutes)
{
    /// <summary>Both together.</summary>
    public PooledSums With(PooledSums other) => new(Weight + other.Weight, Squares + other.Squares, Absolutes + other.Absolutes);

    /// <summary>The score; null where nothing was summed.</summary>
    public double? Score(ScoreWeights weights) => Weight > 0 ? weights.Of(Squares / Weight, Absolutes / Weight) : null;
}
