using System.Globalization;
using FLTS.Modules.Inference.Models;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>Says where a forecast had to be kept within what is plausible (FORECASTING.md 5).</summary>
internal static class KeptAnswer
{
    /// <param name="model">Whose forecast it is.</param>
    /// <param name="from">What it starts from.</param>
    /// <param name="scaled">[1, H, M] As the model gave it.</param>
    public static IReadOnlyList<string> Warnings(ServedModel model, Window from, double[,,] scaled)
    {
        var (forecaster, targets) = (model.Loaded.Forecaster, model.Loaded.Manifest.Targets);
        var horizon = forecaster.Signature.Horizon;

        // The last block is answered and not fed.
        var fed = forecaster.FeedsBack ? (scaled.GetLength(1) - 1) / horizon * horizon : 0;
        List<string>? warnings = null;
        foreach (var (m, step) in model.Restorer.Enforced(scaled, fed).Index())
        {
            if (step is null)
                continue;

            var range = model.Restorer.Plausible(m, from.Series, from.Origin);
            (warnings ??= []).Add(string.Create(
                CultureInfo.InvariantCulture,
                $"The forecast of {targets[m]} leaves the plausible range of {range.Low:G6} to {range.High:G6} (train's, widened by half) "
                + $"from step {step + 1} on: what the model is fed back, and what lies beyond a season ({model.Restorer.Season} "
                + $"step{(model.Restorer.Season == 1 ? "" : "s")}), was kept within it."));
        }

        return warnings ?? (IReadOnlyList<string>)[];
    }
}
