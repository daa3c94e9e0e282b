using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>A run as a pipeline shows it; losses are those of its last epoch.</summary>
internal sealed record RunSummary(
    RunId RunId,
    string ModelType,
    RunStatus Status,
    int? Epoch,
    int? Epochs,
    double? EtaSeconds,
    double? TrainLoss,
    double? ValLoss,
    string? Error,
    int Generation = 0,
    RunId? Replaces = null)
{
    public static RunSummary Of(RunRow run, RunEpochRow? epoch) => new(
        run.RunId,
        run.ModelType,
        run.Status,
        run.Epoch,
        run.Epochs,
        run.Status == RunStatus.Running ? run.EtaSeconds : null,
        epoch?.TrainLoss,
        epoch?.ValLoss,
        run.Error,
        run.Generation,
        run.Replaces);
}
