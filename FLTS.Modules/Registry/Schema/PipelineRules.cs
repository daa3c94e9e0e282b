using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Schema;

/// <summary>When a pipeline counts as done.</summary>
internal static class PipelineRules
{
    /// <summary>The only list of what has not ended.</summary>
    private static readonly List<PipelineStatus> _unfinished =
        [PipelineStatus.Queued, PipelineStatus.Preprocessing, PipelineStatus.Training, PipelineStatus.Evaluating, PipelineStatus.Blocked];

    /// <summary>True for states that nothing changes any more without a new request.</summary>
    public static bool HasEnded(PipelineStatus status) => !_unfinished.Contains(status);

    /// <summary>Pipelines that have not ended.</summary>
    public static IQueryable<PipelineRow> Unfinished(this IQueryable<PipelineRow> pipelines) =>
        pipelines.Where(p => EF.Constant(_unfinished).Contains(p.Status));
}
