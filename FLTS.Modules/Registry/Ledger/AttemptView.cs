using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>A promotion attempt as <c>GET /promotions/{attempt_id}</c> answers it.</summary>
internal sealed record AttemptView(
    AttemptId AttemptId,
    ConfigHash ConfigHash,
    Identifier Identifier,
    PipelineId? PipelineId,
    AttemptTrigger Trigger,
    AttemptOutcome? Outcome,
    string? Reason,
    [property: Shape(typeof(IReadOnlyList<MissingShape>))] JsonNode? Missing,
    [property: Shape(typeof(IReadOnlyList<RefusalShape>))] JsonNode? Tries,
    [property: Shape(typeof(IReadOnlyList<string>))] JsonNode? Candidates,
    [property: Shape(typeof(PolicyShape))] JsonNode? Policy,
    RunId? SelectedRunId,
    ScoreboardId? ScoreboardId,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt,
    long? DurationMs,
    string? IdempotencyKey = null,
    AttemptMargin? Margin = null)
{
    /// <summary>What stands before a caller's own key in the database; other attempts have keys that nobody chose.</summary>
    public const string KeyPrefix = "key/";

    public static AttemptView Of(PromotionAttemptRow row) => new(
        row.AttemptId,
        row.ConfigHash,
        row.Identifier,
        row.PipelineId,
        row.Trigger,
        row.Outcome,
        row.Reason,
        JsonNode.Parse(row.Missing),
        JsonNode.Parse(row.Tries),
        JsonNode.Parse(row.Candidates),
        AttemptRequests.ShownPolicyOf(row),
        row.SelectedRunId,
        row.ScoreboardId,
        row.CreatedAt,
        row.EndedAt,
        row.DurationMs,
        row.IdempotencyKey.StartsWith(KeyPrefix, StringComparison.Ordinal) ? row.IdempotencyKey[KeyPrefix.Length..] : null,
        row.MarginLogRatio is { } logRatio ? new AttemptMargin(logRatio, row.MarginStandardError) : null);
}
