using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Steps;

/// <summary>A pipeline with everything its next step follows from.</summary>
internal sealed record PipelineState(PipelineRow Pipeline, DatasetRow Dataset, IReadOnlyList<RunRow> Runs);
