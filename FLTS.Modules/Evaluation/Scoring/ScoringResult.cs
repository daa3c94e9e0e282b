using FLTS.Forecasting.Preparation;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>What scoring gave: lines of all models on the cells of one frame.</summary>
internal sealed record ScoringResult(
    EvaluationFrame Frame, IReadOnlyList<ScoreboardEntry> Candidates, IReadOnlyList<ScoreboardEntry> References, ScoreboardEntry? Champion);
