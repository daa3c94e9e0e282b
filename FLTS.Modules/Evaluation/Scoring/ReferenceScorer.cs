using FLTS.Forecasting.Bands;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Preparation;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>
/// Lines of the references. One that cannot answer says so in its line: nobody asked for it, so it fails nobody's evaluation.
/// </summary>
/// <param name="data">What they are fitted on.</param>
/// <param name="frame">The cells that are scored.</param>
/// <param name="judge">Asks for those of further leads.</param>
/// <param name="policy">How.</param>
/// <param name="shared">What their fits share with others; null: nothing.</param>
internal sealed class ReferenceScorer(
    PreparedDataset data, EvaluationFrame frame, BandJudge judge, EvaluationPolicy policy, SharedFits? shared = null)
{
    /// <summary>A reference's forecasts and errors, or why there are none.</summary>
    public ReferenceAnswer Ask(IForecasterFamily family, CancellationToken cancellation)
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            var forecaster = family.Create(family.Normalise([]));
            var context = new FitContext(1, null, cancellation, MostOperations: FitContext.Unasked) { Shared = shared };
            using var fitted = forecaster.Fit(data.TrainingSet, context).Model;
            var replay = new ForecastReplay(fitted, frame.Series, frame.Series, data.Restorer);
            return new ReferenceAnswer(
                replay.Forecast(frame.Origins, frame.Horizon), null, Judge(family.ModelType, replay, cancellation));
        }
        catch (Exception e) when (IsItsOwn(e))
        {
            return new ReferenceAnswer(null, Reason(family.ModelType, e), null);
        }
    }

    /// <summary>A reference's line.</summary>
    /// <param name="modelType">Which.</param>
    /// <param name="answer">As <see cref="Ask"/> gave it.</param>
    /// <param name="naive">NAIVE's; null where it has none.</param>
    public ScoreboardEntry Line(string modelType, ReferenceAnswer answer, ReferenceAnswer? naive)
    {
        if (answer.Forecast is not { } forecast)
            return ScoreboardEntry.NotScored("reference", modelType, null, answer.WhyNot!);

        try
        {
            var score = ForecastMetrics.Score(
                modelType,
                frame.Truth,
                forecast,
                data.Meta.Scaler,
                data.Meta.Targets,
                naive?.Forecast,
                policy.Weights,
                policy.TargetWeights);
            return ScoreboardEntry.Of("reference", modelType, null, score, leadFromEndOfTrain: false)
                .Judged(answer.ByLead!, naive?.ByLead, policy.Weights);
        }
        catch (FltsException e)
        {
            return ScoreboardEntry.NotScored("reference", modelType, null, e.Message);
        }
    }

    /// <summary>What breaks at further leads takes nothing from the first.</summary>
    private ModelErrors Judge(string modelType, ForecastReplay replay, CancellationToken cancellation)
    {
        try
        {
            return judge.Judge(modelType, replay, null, cancellation);
        }
        catch (Exception e) when (IsItsOwn(e))
        {
            return judge.None(Reason(modelType, e));
        }
    }

    private static bool IsItsOwn(Exception e) => e is not (OperationCanceledException or OutOfMemoryException);

    /// <summary>What is not said in words of our own gets its kind and its place: "Index was outside the bounds" helps nobody.</summary>
    private static string Reason(string modelType, Exception e) =>
        e is FltsException ? e.Message : $"{e.GetType().Name} in {modelType}: {e.Message.Split('\n')[0]}";
}
