using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Registry.Artifacts;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>
/// Scores candidates, references and the champion on exactly the same cells, from forecasts made here with the loaded models
/// (FORECASTING.md 6, 7).
/// </summary>
internal static class Scorer
{
    public static ScoringResult Score(
        PreparedDataset data,
        IReadOnlyList<Candidate> candidates,
        Candidate? champion,
        EvaluationPolicy policy,
        CancellationToken cancellation)
    {
        var inputLength = Math.Max(1, candidates.Max(c => c.Model.Manifest.InputLen));
        var incomparable = champion is null ? null : ChampionComparability.Incomparable(data, champion.Model);
        if (champion is not null && incomparable is null)
            inputLength = Math.Max(inputLength, champion.Model.Manifest.InputLen);

        var frame = EvaluationFrame.Of(data, inputLength, policy.EvaluationHorizon);
        if (champion is not null && incomparable is null)
        {
            (frame, incomparable) = ChampionComparability.Unseen(
                frame, champion.Model.Manifest, data.Meta.Step * (policy.EvaluationHorizon - 1));
        }

        var naive = Restore(data, new NaiveFamily().Create([]), frame, cancellation);
        var references = ForecasterCatalog.References
            .Select(f => Reference(f, data, frame, naive, policy, cancellation))
            .ToList();
        var scored = candidates.Select(c => Guarded("candidate", c, frame, () =>
        {
            cancellation.ThrowIfCancellationRequested();
            var forecast = c.Model.Forecaster.Forecast(SeriesWindows.Of(frame.Series, frame.Origins), frame.Horizon);
            return Measure(c.Model.Manifest.ModelType, data, frame, data.Restorer.Restore(forecast), naive, policy);
        })).ToList();
        var line = champion is null ? null
            : incomparable is not null ? ScoreboardEntry.Incomparable(champion.Model.Manifest.ModelType, champion.RunId, incomparable)
            : Guarded("champion", champion, frame, () => MeasureChampion(champion.Model));
        return new ScoringResult(frame, scored, references, line);

        ForecastScore MeasureChampion(LoadedModel model) =>
            Measure(model.Manifest.ModelType, data, frame, ChampionSeries.Forecast(data, model, frame), naive, policy);
    }

    private static ScoreboardEntry Reference(
        IForecasterFamily family,
        PreparedDataset data,
        EvaluationFrame frame,
        double[,,] naive,
        EvaluationPolicy policy,
        CancellationToken cancellation)
    {
        try
        {
            var forecast = family.ModelType == "NAIVE" ? naive : Restore(data, family.Create(family.Normalise([])), frame, cancellation);
            var score = Measure(family.ModelType, data, frame, forecast, naive, policy);
            return ScoreboardEntry.Of("reference", family.ModelType, null, score, leadFromEndOfTrain: false);
        }
        catch (FltsException e)
        {
            return ScoreboardEntry.NotScored("reference", family.ModelType, null, e.Message);
        }
    }

    private static double[,,] Restore(PreparedDataset data, IForecaster forecaster, EvaluationFrame frame, CancellationToken cancellation)
    {
        using var fitted = forecaster.Fit(data.TrainingSet, new FitContext(1, null, cancellation)).Model;
        return data.Restorer.Restore(fitted.Forecast(SeriesWindows.Of(frame.Series, frame.Origins), frame.Horizon));
    }

    private static ScoreboardEntry Guarded(string kind, Candidate candidate, EvaluationFrame frame, Func<ForecastScore> measure)
    {
        var manifest = candidate.Model.Manifest;
        try
        {
            return frame.ScoredRows == 0
                ? ScoreboardEntry.NotScored(kind, manifest.ModelType, candidate.RunId, "no test row has its input rows in the same segment")
                : ScoreboardEntry.Of(kind, manifest.ModelType, candidate.RunId, measure(), manifest.LeadFromEndOfTrain);
        }
        catch (FltsException e)
        {
            return ScoreboardEntry.NotScored(kind, manifest.ModelType, candidate.RunId, e.Message);
        }
    }

    private static ForecastScore Measure(
        string name, PreparedDataset data, EvaluationFrame frame, double[,,] forecast, double[,,] naive, EvaluationPolicy policy) =>
        ForecastMetrics.Score(
            name, frame.Truth, forecast, data.Meta.Scaler, data.Meta.Targets, naive, policy.Weights, policy.TargetWeights);
}
