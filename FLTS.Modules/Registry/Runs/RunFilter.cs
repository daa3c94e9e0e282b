using FLTS.Modules.Registry.Entities;

namespace FLTS.Modules.Registry.Runs;

/// <summary>Filters of <c>GET /runs</c>.</summary>
internal sealed record RunFilter(string? PipelineId, string? ConfigHash, string? Identifier, string? ModelType, RunStatus? Status);
