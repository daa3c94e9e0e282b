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
                frame, champion.Model, policy.EvaluationHorizon - 1);
        }

        // What this configuration clips its models' inputs to is its own affair: nobody else is handed clipped values (FORECASTING.md 3.4).
        var unclipped = data.Unclipped;
        var open = ReferenceEquals(unclipped, data) ? frame : frame.On(EvaluationFrame.Of(unclipped, inputLength, frame.Horizon).Series);
        var asked = new ReferenceScorer(unclipped, open, policy);
        var naive = asked.Ask(new NaiveFamily(), cancellation);
        var references = ForecasterCatalog.References
            .Select(f => asked.Line(f.ModelType, f.ModelType == "NAIVE" ? naive : asked.Ask(f, cancellation), naive.Forecast))
            .ToList();
        var scored = candidates.Select(c => Guarded("candidate", c, frame, () =>
        {
            cancellation.ThrowIfCancellationRequested();
            var forecast = c.Model.Forecaster.Forecast(SeriesWindows.Of(frame.Series, frame.Origins), frame.Horizon);
            return Measure(c.Model, data.Restorer.Restore(forecast, open.Series, frame.Origins));
        })).ToList();
        var line = champion is null ? null
            : incomparable is not null ? ScoreboardEntry.Incomparable(champion.Model.Manifest.ModelType, champion.RunId, incomparable)
            : Guarded("champion", champion, frame, () =>
            {
                var replay = new ForecastReplay(open.Series, unclipped.Meta.Scaler, champion.Model.Forecaster, champion.Model.Scaler);
                return Measure(champion.Model, replay.Forecast(frame.Origins, frame.Horizon));
            });
        return new ScoringResult(frame, scored, references, line);

        ForecastScore Measure(LoadedModel model, double[,,] forecast) => ForecastMetrics.Score(
            model.Manifest.ModelType,
            frame.Truth,
            forecast,
            data.Meta.Scaler,
            data.Meta.Targets,
            naive.Forecast,
            policy.Weights,
            policy.TargetWeights);
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
}
