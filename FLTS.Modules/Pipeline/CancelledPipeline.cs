using FLTS.Modules.Registry.Entities;

namespace FLTS.Modules.Pipeline;

/// <summary>
/// What <c>POST /pipelines/{id}/cancel</c> answers: the runs that were cancelled with it, and those that another pipeline still needs.
/// </summary>
internal sealed record CancelledPipeline(
    string PipelineId, PipelineStatus Status, IReadOnlyList<string> CancelledRuns, IReadOnlyList<string> SharedRuns, string Location);
