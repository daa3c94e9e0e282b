using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Modules.Evaluation.Gate;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>Makes a scoreboard of what scoring and the gate gave, and tells it to others.</summary>
internal static class ScoreboardBuilder
{
    /// <summary>Lines in order: ranked candidates, then those that could not be scored, references, champion.</summary>
    public static Scoreboard Build(
        PipelineRow pipeline,
        ScoringResult scoring,
        IReadOnlyList<Contender> contenders,
        ChampionLine? champion,
        Decision decision,
        EvaluationPolicy policy,
        ScoreboardId scoreboardId)
    {
        var ranks = PromotionDecision.Ranked(contenders, champion)
            .Select((c, i) => (c.RunId, Rank: i + 1))
            .ToDictionary(r => r.RunId, r => r.Rank);
        var candidates = scoring.Candidates
            .Select(c => c with { Rank = ranks.TryGetValue(c.RunId!.Value, out var rank) ? rank : null })
            .Select(c => c.Rank == 1 ? c with { BelowBaseline = decision.BelowBaseline } : c)
            .OrderBy(c => c.Rank ?? int.MaxValue);
        return new Scoreboard(
            scoreboardId,
            pipeline.ConfigHash,
            pipeline.Identifier,
            scoring.Frame.ScoredRows,
            scoring.Frame.SkippedRows,
            policy.EvaluationHorizon,
            policy.Weights,
            scoring.Frame.Series.Targets.ToDictionary(t => t, t => policy.TargetWeights?.GetValueOrDefault(t, 1) ?? 1),
            [
                .. candidates,
                .. scoring.References.OrderBy(r => r.DecisionScore ?? double.MaxValue),
                .. scoring.Champion is null ? [] : new[] { scoring.Champion },
            ])
        {
            Margin = decision.Margin is { } margin && double.IsFinite(margin.LogRatio) ? margin : null, // A score of 0 has no log.
        };
    }

    /// <summary>What runs keep of it: the metrics of each candidate that was scored, by run.</summary>
    public static Dictionary<RunId, JsonObject> TestMetrics(Scoreboard board) => board.Entries
        .Where(e => e is { Kind: "candidate", NotApplicable: null })
        .ToDictionary(
            e => e.RunId!.Value,
            e => new JsonObject
            {
                ["test_score"] = e.Score,
                ["test_rmse"] = e.Rmse,
                ["test_mae"] = e.Mae,
                ["test_mse"] = e.Mse,
                ["test_r2"] = e.R2,
                ["test_skill"] = e.Skill,
                ["test_mase"] = e.Mase,
                ["scored_rows"] = board.ScoredRows,
            });

    /// <summary>Scores in one line, for the log.</summary>
    public static string Summary(Scoreboard board) => string.Join(
        ", ", board.Entries.Select(e => $"{e.ModelType} {e.Score?.ToString("0.00000", CultureInfo.InvariantCulture) ?? "-"}"));
}
