using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Entities;

namespace FLTS.Modules.Registry;

// What the registry's endpoints answer.

/// <summary>A page of a list; <paramref name="Next"/> is the cursor of the next one.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

internal sealed record RunView(
    RunId RunId,
    ConfigHash ConfigHash,
    ParamsHash ParamsHash,
    int Generation,
    Identifier Identifier,
    string ModelType,
    RunStatus Status,
    int Attempt,
    JsonNode? Params,
    JsonNode? Metrics,
    JsonNode? TestMetrics,
    int? Epoch,
    int? Epochs,
    double? EtaSeconds,
    IReadOnlyList<ArtifactView>? Artifacts,
    string? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    RunCause Cause = RunCause.Request,
    RunId? Replaces = null,
    JsonNode? Postponed = null,
    DateTimeOffset? NextTry = null)
{
    public static RunView Of(RunRow run, bool withArtifacts) => new(
        run.RunId,
        run.ConfigHash,
        run.ParamsHash,
        run.Generation,
        run.Identifier,
        run.ModelType,
        run.Status,
        run.Attempt,
        JsonNode.Parse(run.Params),
        run.Metrics is null ? null : JsonNode.Parse(run.Metrics),
        run.TestMetrics is null ? null : JsonNode.Parse(run.TestMetrics),
        run.Epoch,
        run.Epochs,
        run.Status == RunStatus.Running ? run.EtaSeconds : null,
        withArtifacts ? [.. run.Artifacts.OrderBy(a => a.Path, StringComparer.Ordinal).Select(a => new ArtifactView(a.Path, a.Size, a.Sha256))] : null,
        run.Error,
        run.CreatedAt,
        run.StartedAt,
        run.EndedAt,
        run.Cause,
        run.Replaces,
        JsonNode.Parse(run.Postponed),
        run.NextAttemptAt);
}

internal sealed record ArtifactView(string Path, long Size, string Sha256);

internal sealed record EpochView(
    int Epoch, double TrainLoss, double TrainRmse, double TrainMae, double TrainR2, double? ValLoss, double? ValRmse, double? ValMae, double? ValR2);

internal sealed record RunMetricsView(RunId RunId, IReadOnlyList<EpochView> Epochs, JsonNode? Test);

internal sealed record AttemptView(
    AttemptId AttemptId,
    ConfigHash ConfigHash,
    Identifier Identifier,
    PipelineId? PipelineId,
    AttemptTrigger Trigger,
    AttemptOutcome? Outcome,
    string? Reason,
    JsonNode? Missing,
    JsonNode? Tries,
    JsonNode? Candidates,
    JsonNode? Policy,
    RunId? SelectedRunId,
    ScoreboardId? ScoreboardId,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt,
    long? DurationMs,
    string? IdempotencyKey = null)
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
        JsonNode.Parse(row.Policy),
        row.SelectedRunId,
        row.ScoreboardId,
        row.CreatedAt,
        row.EndedAt,
        row.DurationMs,
        row.IdempotencyKey.StartsWith(KeyPrefix, StringComparison.Ordinal) ? row.IdempotencyKey[KeyPrefix.Length..] : null);
}

/// <summary>A line of the ledger; <paramref name="Until"/> is null for the one in force.</summary>
internal sealed record ChampionView(int Version, RunId RunId, string ModelType, ConfigHash ConfigHash, DateTimeOffset Since, DateTimeOffset? Until, AttemptId AttemptId);

/// <summary>The model in force (or then), and every one there was.</summary>
internal sealed record ChampionsView(Identifier Identifier, ChampionView? InForce, IReadOnlyList<ChampionView> History);

/// <summary>A dataset by name; one that is offered but was never used has no hash, size and time yet, and 0 versions.</summary>
internal sealed record DatasetView(DatasetName Name, string? TrainSha256, string? TestSha256, long? Size, int Versions, DateTimeOffset? RegisteredAt);
