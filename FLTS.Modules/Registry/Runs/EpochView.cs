namespace FLTS.Modules.Registry.Runs;

/// <summary>Losses and metrics of an epoch, on scaled values.</summary>
internal sealed record EpochView(
    int Epoch, double TrainLoss, double TrainRmse, double TrainMae, double TrainR2, double? ValLoss, double? ValRmse, double? ValMae, double? ValR2);
