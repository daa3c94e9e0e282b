using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>A pipeline that was cancelled, the runs that ended with it, and those that another pipeline still needs.</summary>
internal sealed record PipelineCancelled(PipelineRow Pipeline, IReadOnlyList<RunRow> Runs, IReadOnlyList<RunRow> Shared);
