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
    DateTimeOffset? EndedAt);
