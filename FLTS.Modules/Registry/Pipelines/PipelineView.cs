using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>A pipeline as <c>GET /pipelines/{id}</c> answers it.</summary>
internal sealed record PipelineView(
    PipelineId PipelineId,
    ConfigHash ConfigHash,
    Identifier Identifier,
    DatasetName Dataset,
    long Sequence,
    PipelineStatus Status,
    WaitingView? WaitingFor,
    IReadOnlyList<StageView> Stages,
    IReadOnlyList<RunSummary> Runs,
    AttemptSummary? Attempt,
    IReadOnlyList<string> Warnings,
    string? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt) : IHasActions<PipelineView>
{
    /// <summary>What the caller may do with it now: its role allows it, and its state does not forbid it.</summary>
    public IReadOnlyList<string> AllowedActions { get; init; } = [];

    public IEnumerable<ResourceAction> PossibleActions()
    {
        yield return PipelineRules.HasEnded(Status) ? new("rerun", "RerunPipeline") : new("cancel", "CancelPipeline");
        if (PipelineRules.HasEnded(Status) && Runs.Any(r => r.Status == RunStatus.Succeeded))
            yield return new("promote", "Promote");
    }

    public PipelineView WithActions(IReadOnlyList<string> allowed) => this with { AllowedActions = allowed };
}
