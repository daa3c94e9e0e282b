using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Pipeline;

/// <summary>
/// What <c>POST /pipelines/{id}/cancel</c> answers: the runs that were cancelled with it, and those that another pipeline still needs.
/// </summary>
internal sealed record CancelledPipeline(
    PipelineId PipelineId, PipelineStatus Status, IReadOnlyList<RunId> CancelledRuns, IReadOnlyList<RunId> SharedRuns, string Location);
