using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;

namespace FLTS.Modules.Registry.Runs;

/// <summary>A run as <c>GET /runs/{run_id}</c> answers it.</summary>
internal sealed record RunView(
    RunId RunId,
    ConfigHash ConfigHash,
    ParamsHash ParamsHash,
    int Generation,
    Identifier Identifier,
    string ModelType,
    RunStatus Status,
    int Attempt,
    [property: Shape(typeof(JsonObject))] JsonNode? Params,
    [property: Shape(typeof(IReadOnlyDictionary<string, double?>))] JsonNode? Metrics,
    [property: Shape(typeof(IReadOnlyDictionary<string, double?>))] JsonNode? TestMetrics,
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
    [property: Shape(typeof(IReadOnlyList<RefusalShape>))] JsonNode? Postponed = null,
    DateTimeOffset? NextTry = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RunId>? Members = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? PrunedAt = null) : IHasActions<RunView>
{
    /// <summary>As what it forecasts for its station now; null: it does not.</summary>
    public RunPlace? Place { get; init; }

    /// <summary>What the caller may do with it now: its role allows it, and its state does not forbid it.</summary>
    public IReadOnlyList<string> AllowedActions { get; init; } = [];

    public IEnumerable<ResourceAction> PossibleActions()
    {
        yield return RunRules.HasEnded(Status) ? new("rerun", "RerunRun") : new("cancel", "CancelRun");
        if (Status != RunStatus.Succeeded)
            yield break;

        yield return new("promote", "Promote");
        if (Place is null)
            yield return new("shadow", "StartShadow");
        if (Place == RunPlace.Shadow)
            yield return new("end_shadow", "EndShadow");
    }

    public RunView WithActions(IReadOnlyList<string> allowed) => this with { AllowedActions = allowed };

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
        withArtifacts ? [.. run.Artifacts.OrderBy(a => a.Path, StringComparer.Ordinal).Select(ArtifactView.Of)] : null,
        run.Error,
        run.CreatedAt,
        run.StartedAt,
        run.EndedAt,
        run.Cause,
        run.Replaces,
        JsonNode.Parse(run.Postponed),
        run.NextAttemptAt,
        run.Members.Count > 0 ? [.. run.Members.Select(m => m.MemberRunId).OrderBy(id => id.Value, StringComparer.Ordinal)] : null,
        run.PrunedAt);
}

/// <summary>As what a run forecasts.</summary>
internal enum RunPlace
{
    /// <summary>It is in force.</summary>
    Champion,

    /// <summary>It is scored beside the champion.</summary>
    Shadow,
}
