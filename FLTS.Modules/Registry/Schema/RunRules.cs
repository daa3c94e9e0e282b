using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Schema;

/// <summary>When a run counts as done; every module must agree on it.</summary>
internal static class RunRules
{
    /// <summary>The only list of what has not ended.</summary>
    private static readonly List<RunStatus> _alive = [RunStatus.Queued, RunStatus.Running, RunStatus.Storing];

    /// <summary>True for states that no worker changes any more.</summary>
    public static bool HasEnded(RunStatus status) => !_alive.Contains(status);

    /// <summary>Runs that a worker may still bring to an end.</summary>
    public static IQueryable<RunRow> Alive(this IQueryable<RunRow> runs) => runs.Where(r => EF.Constant(_alive).Contains(r.Status));

    /// <summary>
    /// Its stored artifact was corrupt and the pipeline wants it trained once more. One that was made for that reason is not made again.
    /// </summary>
    public static bool IsToBeRetrained(RunRow run, PipelineRow pipeline) =>
        run.Status == RunStatus.Invalid && MayBeRetrained(run, EvaluationPolicy.Parse(JsonNode.Parse(pipeline.Evaluation)!.AsObject()));

    /// <summary>
    /// A run whose artifact is corrupt is trained once more under this policy, unless it was made for that reason itself.
    /// </summary>
    public static bool MayBeRetrained(RunRow run, EvaluationPolicy policy) => policy.AutoRetrainInvalid && run.Cause != RunCause.Invalid;

    /// <summary>
    /// Runs of a pipeline to be trained once more. Not the ENSEMBLE where one of its members is: with that, another takes its place.
    /// </summary>
    public static IEnumerable<RunRow> ToBeRetrained(PipelineRow pipeline, IReadOnlyCollection<RunRow> runs)
    {
        var corrupt = runs.Where(r => IsToBeRetrained(r, pipeline)).ToList();
        return corrupt.Count > 1 ? corrupt.Where(r => !ForecasterCatalog.IsEnsemble(r.ModelType)) : corrupt;
    }

    /// <summary>Runs of the pipeline that a run of it waits for: an ENSEMBLE is made when the others are settled (ADR 19).</summary>
    public static IEnumerable<RunRow> AwaitedBy(RunRow run, PipelineRow pipeline, IReadOnlyCollection<RunRow> runs) =>
        ForecasterCatalog.IsEnsemble(run.ModelType) ? runs.Where(r => r.RunId != run.RunId && !IsSettled(r, pipeline)) : [];

    /// <summary>Nothing will change the run any more without a new request.</summary>
    public static bool IsSettled(RunRow run, PipelineRow pipeline) => HasEnded(run.Status) && !IsToBeRetrained(run, pipeline);

    /// <summary>A pipeline can be evaluated. Where its data is prepared again, models that are there are judged on it after that.</summary>
    public static bool CanBeEvaluated(PipelineRow pipeline, DatasetStatus dataset, IReadOnlyCollection<RunRow> runs) =>
        dataset is DatasetStatus.Ready or DatasetStatus.Failed && runs.Count > 0 && runs.All(r => IsSettled(r, pipeline));
}
