namespace FLTS.Forecasting.Models;

/// <summary>Losses and metrics of one epoch, on the series' scale, observed cells only; null where there is no validation part.</summary>
public sealed record EpochMetrics(
    int Epoch,
    double TrainLoss,
    double TrainRmse,
    double TrainMae,
    double TrainR2,
    double? ValLoss,
    double? ValRmse,
    double? ValMae,
    double? ValR2);
