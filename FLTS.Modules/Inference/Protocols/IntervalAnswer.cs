using System.Globalization;
using FLTS.Modules.Inference.Models;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>Intervals of an answer, with what has to be said about them.</summary>
internal static class IntervalAnswer
{
    /// <param name="model">Whose residuals are used.</param>
    /// <param name="from">What the forecast starts from.</param>
    /// <param name="forecast">[1, H, M] In original units.</param>
    /// <param name="levels">In percent; none: no intervals.</param>
    public static (IReadOnlyDictionary<string, Dictionary<string, double[]?[]>>? Intervals, IReadOnlyList<string> Warnings) Of(
        ServedModel model, Window from, double[,,] forecast, IReadOnlyList<double> levels)
    {
        if (levels.Count == 0)
            return (null, []);

        var (targets, steps) = (model.Loaded.Manifest.Targets, forecast.GetLength(1));
        var (intervals, warnings) = (new Dictionary<string, Dictionary<string, double[]?[]>>(StringComparer.Ordinal), new List<string>());
        foreach (var level in levels)
        {
            var name = level.ToString(CultureInfo.InvariantCulture);
            intervals[name] = targets.Select((target, m) => (target, Around: Around(model, from, m, forecast, level)))
                .ToDictionary(t => t.target, t => t.Around, StringComparer.Ordinal);
            var lacking = intervals[name].Where(t => t.Value.Contains(null)).Select(t => t.Key).ToList();
            if (lacking.Count > 0)
                warnings.Add(
                    $"Intervals of level {name} are null for some or all steps of {string.Join(", ", lacking)}: the validation part left "
                    + "too few residuals.");
        }

        if (steps > model.Intervals.Steps)
            warnings.Add(
                $"Intervals are extrapolated from step {model.Intervals.Steps + 1} on: they reuse the residuals of step "
                + $"{model.Intervals.Steps}.");
        return (intervals, warnings);
    }

    private static double[]?[] Around(ServedModel model, Window from, int target, double[,,] forecast, double level)
    {
        var scale = model.Loaded.Scaler[model.Loaded.Manifest.Targets[target]];
        if (scale.Flat) // It is forecast as the constant that it was; it has no residuals.
            return [.. Enumerable.Range(0, forecast.GetLength(1)).Select(h => new[] { forecast[0, h, target], forecast[0, h, target] })];

        var within = model.Restorer.Stated(target, from.Series, from.Origin);
        return [.. Enumerable.Range(0, forecast.GetLength(1))
            .Select(h => model.Intervals.Around(target, h, forecast[0, h, target], level, within) is var (low, high)
                ? new[] { low, high }
                : null)];
    }
}
