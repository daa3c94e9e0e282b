using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Preparation;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>
/// Lines of the references. One that cannot answer says so in its line: nobody asked for it, so it fails nobody's evaluation.
/// </summary>
/// <param name="data">What they are fitted on.</param>
/// <param name="frame">The cells that are scored.</param>
/// <param name="policy">How.</param>
internal sealed class ReferenceScorer(PreparedDataset data, EvaluationFrame frame, EvaluationPolicy policy)
{
    /// <summary>[N, H, M] A reference's forecasts in original units, or why there are none.</summary>
    public (double[,,]? Forecast, string? WhyNot) Ask(IForecasterFamily family, CancellationToken cancellation)
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            var forecaster = family.Create(family.Normalise([]));
            var context = new FitContext(1, null, cancellation, MostOperations: FitContext.Unasked);
            using var fitted = forecaster.Fit(data.TrainingSet, context).Model;
            var forecast = fitted.Forecast(SeriesWindows.Of(frame.Series, frame.Origins), frame.Horizon);
            return (data.Restorer.Restore(forecast, frame.Series, frame.Origins), null);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            return (null, Reason(family.ModelType, e));
        }
    }

    /// <summary>A reference's line.</summary>
    /// <param name="modelType">Which.</param>
    /// <param name="answer">As <see cref="Ask"/> gave it.</param>
    /// <param name="naive">[N, H, M] NAIVE's forecasts; null where it has none.</param>
    public ScoreboardEntry Line(string modelType, (double[,,]? Forecast, string? WhyNot) answer, double[,,]? naive)
    {
        if (answer.Forecast is not { } forecast)
            return ScoreboardEntry.NotScored("reference", modelType, null, answer.WhyNot!);

        try
        {
            var score = ForecastMetrics.Score(
                modelType, frame.Truth, forecast, data.Meta.Scaler, data.Meta.Targets, naive, policy.Weights, policy.TargetWeights);
            return ScoreboardEntry.Of("reference", modelType, null, score, leadFromEndOfTrain: false);
        }
        catch (FltsException e)
        {
            return ScoreboardEntry.NotScored("reference", modelType, null, e.Message);
        }
    }

    /// <summary>What is not said in words of our own gets its kind and its place: "Index was outside the bounds" helps nobody.</summary>
    private static string Reason(string modelType, Exception e) =>
        e is FltsException ? e.Message : $"{e.GetType().Name} in {modelType}: {e.Message.Split('\n')[0]}";
}
