using System.Text.Json.Nodes;

namespace FLTS.Modules.Training;

/// <summary>
/// The numbers a trainer may report: train and validation, of the epoch whose weights were kept. Test metrics are the evaluator's alone.
/// </summary>
internal static class RunMetrics
{
    public static string Summary(FitResult fit)
    {
        if (fit.History.Count == 0)
            return "{}";

        var kept = fit.History.FirstOrDefault(e => e.Epoch == fit.BestEpoch) ?? fit.History[^1];
        var summary = new JsonObject
        {
            ["train_loss"] = kept.TrainLoss,
            ["train_rmse"] = kept.TrainRmse,
            ["train_mae"] = kept.TrainMae,
            ["train_r2"] = kept.TrainR2,
            ["val_loss"] = kept.ValLoss,
            ["val_rmse"] = kept.ValRmse,
            ["val_mae"] = kept.ValMae,
            ["val_r2"] = kept.ValR2,
        };
        if (fit.BestEpoch is { } epoch)
            summary["best_epoch"] = epoch;
        if (fit.Warnings is { Count: > 0 } warnings)
            summary["warnings"] = new JsonArray([.. warnings.Select(w => (JsonNode)w)]);

        return summary.ToJsonString();
    }
}
