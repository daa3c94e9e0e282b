using FLTS.Forecasting.Bands;
using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Ensemble;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>
/// Scores candidates, references and the champion on exactly the same cells, from forecasts made here with the loaded models
/// (FORECASTING.md 6, 7).
/// </summary>
internal static class Scorer
{
    /// <summary>Scores all of them.</summary>
    /// <param name="data">Whose test part counts.</param>
    /// <param name="candidates">At least one.</param>
    /// <param name="champion">Null: there is none, or it is a candidate.</param>
    /// <param name="policy">How.</param>
    /// <param name="cancellation">Looked at between models.</param>
    /// <param name="shared">What trainings of the same data may have computed already; null: none.</param>
    public static ScoringResult Score(
        PreparedDataset data,
        IReadOnlyList<Candidate> candidates,
        Candidate? champion,
        EvaluationPolicy policy,
        CancellationToken cancellation,
        SharedFits? shared = null)
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

        var compared = champion is null || incomparable is not null ? candidates : candidates.Append(champion);
        var plan = PlanOf(data, frame.ScoredRows, compared);
        var judge = new BandJudge(BandFrame.Of(frame, plan), data.Meta.Scaler, data.Meta.Targets, policy.TargetWeights);

        // What this configuration clips its models' inputs to is its own affair: nobody else is handed clipped values (FORECASTING.md 3.4).
        var unclipped = data.Unclipped;
        var open = ReferenceEquals(unclipped, data) ? frame : frame.On(EvaluationFrame.Of(unclipped, inputLength, frame.Horizon).Series);
        var asked = new ReferenceScorer(unclipped, open, judge, policy, shared);
        var naive = asked.Ask(new NaiveFamily(), cancellation);
        var references = ForecasterCatalog.References
            .Select(f => asked.Line(f.ModelType, f.ModelType == "NAIVE" ? naive : asked.Ask(f, cancellation), naive))
            .ToList();
        var scored = candidates
            .Select(c => Measure("candidate", c, () =>
                new ForecastReplay(c.Model.Forecaster, frame.Series, open.Series, data.Restorer)))
            .ToList();
        var line = champion is null ? null
            : incomparable is not null ? ScoreboardEntry.Incomparable(champion.Model.Manifest.ModelType, champion.RunId, incomparable)
            : Measure("champion", champion, () =>
                new ForecastReplay(open.Series, unclipped.Meta.Scaler, champion.Model.Forecaster, champion.Model.Scaler));
        return new ScoringResult(frame, scored, references, line);

        ScoreboardEntry Measure(string kind, Candidate candidate, Func<ForecastReplay> replayOf)
        {
            var (model, manifest) = (candidate.Model, candidate.Model.Manifest);
            try
            {
                cancellation.ThrowIfCancellationRequested();
                if (frame.ScoredRows == 0)
                    return NotScored("no test row has its input rows in the same segment");
                var replay = replayOf();
                var forecast = replay.Forecast(frame.Origins, frame.Horizon);
                var score = ForecastMetrics.Score(
                    manifest.ModelType,
                    frame.Truth,
                    forecast,
                    data.Meta.Scaler,
                    data.Meta.Targets,
                    naive.Forecast,
                    policy.Weights,
                    policy.TargetWeights);
                var entry = ScoreboardEntry.Of(kind, manifest.ModelType, candidate.RunId, score, manifest.LeadFromEndOfTrain)
                    .Judged(judge.Judge(manifest.ModelType, replay, model.Intervals, cancellation), naive.ByLead, policy.Weights);
                return entry with
                {
                    Leads = model.Forecaster is FittedEnsemble ensemble
                        ? [.. entry.Leads!.Select(l => l with { Weights = ensemble.SharesAt(l.Lead) })]
                        : entry.Leads,
                    ByOrigin = OriginErrors.Of(frame.Truth, forecast, data.Meta.Scaler, data.Meta.Targets, policy.TargetWeights),
                };
            }
            catch (FltsException e)
            {
                return NotScored(e.Message);
            }

            ScoreboardEntry NotScored(string why) => ScoreboardEntry.NotScored(kind, manifest.ModelType, candidate.RunId, why);
        }
    }

    /// <summary>Bands that so many scored rows can judge, from no more origins than these models answer in time.</summary>
    public static BandPlan PlanOf(PreparedDataset data, int rows, IEnumerable<Candidate> models)
    {
        var (size, asked) = (SizeOf(data), models.SelectMany(c => c.Model.Computing).ToList());
        return BandPlan.Of(Season.Steps(data.Meta.Step), rows, steps => EvaluationSize.OperationsOf(asked, size, steps));
    }

    /// <summary>What scoring some models takes.</summary>
    public static FitEstimate Estimate(PreparedDataset data, IReadOnlyList<Candidate> models, EvaluationPolicy policy) =>
        EvaluationSize.Of(
            data.Test.Rows,
            policy.EvaluationHorizon,
            SizeOf(data),
            [.. models.SelectMany(c => c.Model.Computing)],
            PlanOf(data, data.Test.Rows, models));

    private static FitSize SizeOf(PreparedDataset data) => new(data.Train.Rows, data.Meta.Columns.Count, data.Meta.Targets.Count);
}
