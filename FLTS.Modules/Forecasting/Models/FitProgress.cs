namespace FLTS.Forecasting.Models;

/// <summary>Progress of a fit: <paramref name="Done"/> of <paramref name="Total"/> epochs, targets or ensembles of trees.</summary>
public sealed record FitProgress(int Done, int Total, EpochMetrics? Epoch);
