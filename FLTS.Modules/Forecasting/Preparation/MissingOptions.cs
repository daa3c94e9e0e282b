namespace FLTS.Forecasting.Preparation;

/// <summary>Filling of missing cells in train.</summary>
/// <param name="Strategy">Default interpolate.</param>
/// <param name="Neighbors">Rows averaged by knn, 1 to 100; default 2.</param>
/// <param name="DropShare">drop_rows drops a row whose missing share exceeds this, 0 to 1; default 0.33.</param>
public sealed record MissingOptions(MissingStrategy Strategy = MissingStrategy.Interpolate, int Neighbors = 2, double DropShare = 0.33);
