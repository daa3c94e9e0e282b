using FLTS.Modules.Inference.Protocols;

namespace FLTS.Tests.Inference;

/// <summary>A forecast as the document that answers are written as.</summary>
internal static class ForecastDocument
{
    public static PredictAnswer Of(Forecast forecast) => new(
        "SUCCESS",
        forecast.Identifier,
        forecast.Manifest.RunId,
        forecast.Manifest.ModelType,
        forecast.Version,
        forecast.Manifest.ConfigHash,
        [.. Enumerable.Range(0, forecast.Steps).Select(h => Row(forecast, h))],
        forecast.Intervals.Count == 0
            ? null
            : forecast.Intervals.ToDictionary(i => i.Level, i => Pairs(forecast, i)),
        forecast.Adapted,
        forecast.Warnings.Count == 0 ? null : forecast.Warnings);

    private static Dictionary<string, object> Row(Forecast forecast, int step)
    {
        var row = new Dictionary<string, object> { ["ts"] = forecast.Step.Show(forecast.At(step)) };
        for (var m = 0; m < forecast.Targets.Count; m++)
            row[forecast.Targets[m]] = forecast.Values[0, step, m];
        return row;
    }

    private static Dictionary<string, double[]?[]> Pairs(Forecast forecast, Interval interval) => forecast.Targets
        .Select((target, m) => (target, Pairs: Enumerable.Range(0, forecast.Steps)
            .Select(h => double.IsNaN(interval.Low[h, m]) ? null : new[] { interval.Low[h, m], interval.High[h, m] })
            .ToArray()))
        .ToDictionary(t => t.target, t => t.Pairs);
}
