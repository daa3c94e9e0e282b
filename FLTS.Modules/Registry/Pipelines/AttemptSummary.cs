using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>The attempt that ended (or blocks) a pipeline, as the pipeline shows it.</summary>
internal sealed record AttemptSummary(
    AttemptId AttemptId,
    AttemptOutcome? Outcome,
    string? Reason,
    [property: Shape(typeof(IReadOnlyList<MissingShape>))] JsonNode? Missing,
    RunId? SelectedRunId,
    ScoreboardId? ScoreboardId,
    [property: Shape(typeof(IReadOnlyList<RefusalShape>))] JsonNode? Tries)
{
    public static AttemptSummary Of(PromotionAttemptRow attempt) => new(
        attempt.AttemptId,
        attempt.Outcome,
        attempt.Reason,
        JsonNode.Parse(attempt.Missing),
        attempt.SelectedRunId,
        attempt.ScoreboardId,
        JsonNode.Parse(attempt.Tries));
}
