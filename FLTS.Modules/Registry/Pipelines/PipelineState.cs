using FLTS.Modules.Registry.Entities;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>A pipeline with everything its next step follows from.</summary>
internal sealed record PipelineState(PipelineRow Pipeline, DatasetRow Dataset, IReadOnlyList<RunRow> Runs);
