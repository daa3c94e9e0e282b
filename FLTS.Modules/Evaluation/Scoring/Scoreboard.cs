using FLTS.Forecasting.Metrics;
using FLTS.Modules.Evaluation.Gate;

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
    IReadOnlyList<ScoreboardEntry> Entries)
{
    /// <summary>What ordered the candidates; that the policy asks for bands, and none could be decided on, is no other board.</summary>
    public DecisionRule Decision { get; init; }

    /// <summary>Bands that decided, for example <c>31-90</c>.</summary>
    public IReadOnlyList<string> DecidedBands { get; init; } = [];

    /// <summary>Of the best candidate over the champion; null where they were not compared.</summary>
    public Margin? Margin { get; init; }
}
