using System.Text.Json.Nodes;

namespace FLTS.Modules.Training;

/// <summary>
/// The numbers a trainer may report: train and validation, of the epoch whose weights were kept. Test metrics are the evaluator's alone.
/// </summary>
internal static class RunMetrics
{
    public static string Summary(FitResult fit)
    {
        var summary = new JsonObject();
        if (fit.History.Count > 0)
        {
            var kept = fit.History.FirstOrDefault(e => e.Epoch == fit.BestEpoch) ?? fit.History[^1];
            summary["train_loss"] = kept.TrainLoss;
            summary["train_rmse"] = kept.TrainRmse;
            summary["train_mae"] = kept.TrainMae;
            summary["train_r2"] = kept.TrainR2;
            summary["val_loss"] = kept.ValLoss;
            summary["val_rmse"] = kept.ValRmse;
            summary["val_mae"] = kept.ValMae;
            summary["val_r2"] = kept.ValR2;
        }

        if (fit.BestEpoch is { } epoch)
            summary["best_epoch"] = epoch;
        if (fit.Diagnostics?["weights"] is { } weights)
            summary["weights"] = weights.DeepClone();
        if (fit.Warnings is { Count: > 0 } warnings)
            summary["warnings"] = new JsonArray([.. warnings.Select(w => (JsonNode)w)]);

        return summary.ToJsonString();
    }
}
