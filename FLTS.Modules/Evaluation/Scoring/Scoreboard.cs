using FLTS.Forecasting.Metrics;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>A scoreboard as <c>GET /scoreboards</c> answers it.</summary>
internal sealed record Scoreboard(
    string ScoreboardId,
    string ConfigHash,
    string Identifier,
    int ScoredRows,
    int SkippedRows,
    int EvaluationHorizon,
    ScoreWeights Weights,
    IReadOnlyList<ScoreboardEntry> Entries);
