using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Runs;

/// <summary>Losses and metrics of an epoch, on scaled values.</summary>
internal sealed record EpochView(
    int Epoch,
    double TrainLoss,
    double TrainRmse,
    double TrainMae,
    double TrainR2,
    double? ValLoss,
    double? ValRmse,
    double? ValMae,
    double? ValR2)
{
    public static EpochView Of(RunEpochRow row) => new(
        row.Epoch, row.TrainLoss, row.TrainRmse, row.TrainMae, row.TrainR2, row.ValLoss, row.ValRmse, row.ValMae, row.ValR2);
}
