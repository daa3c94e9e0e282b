using System.Globalization;
using FLTS.Modules.Inference.Models;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>Says where a forecast had to be kept within what is plausible (FORECASTING.md 5).</summary>
internal static class KeptAnswer
{
    /// <param name="model">Whose forecast it is.</param>
    /// <param name="from">What it starts from.</param>
    /// <param name="scaled">[1, H, M] As the model gave it.</param>
    public static IEnumerable<string> Warnings(ServedModel model, Window from, double[,,] scaled)
    {
        var (forecaster, targets) = (model.Loaded.Forecaster, model.Loaded.Manifest.Targets);
        var horizon = forecaster.Signature.Horizon;

        // The last block is answered and not fed.
        var fed = forecaster.FeedsBack ? (scaled.GetLength(1) - 1) / horizon * horizon : 0;
        return model.Restorer.Enforced(scaled, fed)
            .Select((step, m) => (Step: step, Target: m))
            .Where(e => e.Step is not null)
            .Select(e => (e.Step, Name: targets[e.Target], Range: model.Restorer.Plausible(e.Target, from.Series, from.Origin)))
            .Select(e => string.Create(
                CultureInfo.InvariantCulture,
                $"The forecast of {e.Name} leaves the plausible range of {e.Range.Low:G6} to {e.Range.High:G6} (train's, widened by half) "
                + $"from step {e.Step + 1} on: what the model is fed back, and what lies beyond a season ({model.Restorer.Season} "
                + $"step{(model.Restorer.Season == 1 ? "" : "s")}), was kept within it."));
    }
}
