using FLTS.Forecasting.Metrics;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>A scoreboard as <c>GET /scoreboards</c> answers it.</summary>
internal sealed record Scoreboard(
    ScoreboardId ScoreboardId,
    ConfigHash ConfigHash,
    Identifier Identifier,
    int ScoredRows,
    int SkippedRows,
    int EvaluationHorizon,
    ScoreWeights Weights,
    IReadOnlyDictionary<string, double> TargetWeights,
    IReadOnlyList<ScoreboardEntry> Entries);
