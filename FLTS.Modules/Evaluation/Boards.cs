using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Entities;

namespace FLTS.Modules.Evaluation;

/// <summary>Lines in order: ranked candidates, then those that could not be scored, references, champion.</summary>
internal static class Boards
{
    public static ScoreboardModel Build(
        PipelineRow pipeline, Scoring scoring, IReadOnlyList<Contender> contenders, ChampionLine? champion, Decision decision, EvaluationPolicy policy, ScoreboardId scoreboardId)
    {
        var ranks = PromotionDecision.Ranked(contenders, champion).Select((c, i) => (c.RunId, Rank: i + 1)).ToDictionary(r => r.RunId, r => r.Rank);
        var candidates = scoring.Candidates
            .Select(c => c with { Rank = ranks.TryGetValue(c.RunId!.Value, out var rank) ? rank : null })
            .Select(c => c.Rank == 1 ? c with { BelowBaseline = decision.BelowBaseline } : c)
            .OrderBy(c => c.Rank ?? int.MaxValue);
        return new ScoreboardModel(
            scoreboardId,
            pipeline.ConfigHash,
            pipeline.Identifier,
            scoring.Frame.ScoredRows,
            scoring.Frame.SkippedRows,
            policy.EvaluationHorizon,
            policy.Weights,
            [.. candidates, .. scoring.References.OrderBy(r => r.Score ?? double.MaxValue), .. scoring.Champion is null ? [] : new[] { scoring.Champion }]);
    }

    public static Dictionary<RunId, JsonObject> TestMetrics(ScoreboardModel board) => board.Entries
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

    public static string Summary(ScoreboardModel board) => string.Join(
        ", ", board.Entries.Select(e => $"{e.ModelType} {e.Score?.ToString("0.00000", CultureInfo.InvariantCulture) ?? "-"}"));
}
