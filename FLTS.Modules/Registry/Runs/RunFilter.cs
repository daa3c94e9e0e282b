using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Runs;

/// <summary>Filters of <c>GET /runs</c>.</summary>
internal sealed record RunFilter(
    PipelineId? PipelineId, ConfigHash? ConfigHash, Identifier? Identifier, string? ModelType, RunStatus? Status);
