using System.Text.Json.Nodes;
using FLTS.Modules.Evaluation.Gate;
using FLTS.Modules.Evaluation.Scoring;
using FLTS.Modules.Registry.Attempts;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>What was decided and everything that is written with it.</summary>
/// <param name="Decision">What was decided.</param>
/// <param name="Board">The scoreboard; null where nothing was scored.</param>
/// <param name="TestMetrics">Metrics of the candidates, by run.</param>
/// <param name="Champion">The new champion; null where the one in force stays.</param>
internal sealed record EvaluationResult(
    Decision Decision, Scoreboard? Board, IReadOnlyDictionary<RunId, JsonObject> TestMetrics, NewChampion? Champion)
{
    /// <summary>What is announced; null where the champion in force stays.</summary>
    public PromotionPointer? Pointer => Champion?.Pointer;
}
