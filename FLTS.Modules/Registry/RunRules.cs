using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Entities;

namespace FLTS.Modules.Registry;

/// <summary>When a run counts as done; Pipeline and Evaluation must agree on it.</summary>
internal static class RunRules
{
    /// <summary>True for states that no worker changes any more.</summary>
    public static bool HasEnded(RunStatus status) =>
        status is RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled or RunStatus.Invalid or RunStatus.Pruned;

    /// <summary>Runs that a worker may still bring to an end.</summary>
    public static IQueryable<RunRow> Alive(this IQueryable<RunRow> runs) =>
        runs.Where(r => r.Status == RunStatus.Queued || r.Status == RunStatus.Running || r.Status == RunStatus.Storing);

    /// <summary>Its stored artifact was corrupt and the pipeline wants it trained once more. One that was made for that reason is not made again.</summary>
    public static bool IsToBeRetrained(RunRow run, PipelineRow pipeline) =>
        run.Status == RunStatus.Invalid && run.Cause != RunCause.Invalid && EvaluationPolicy.Parse(JsonNode.Parse(pipeline.Evaluation)!.AsObject()).AutoRetrainInvalid;

    /// <summary>Nothing will change the run any more without a new request.</summary>
    public static bool IsSettled(RunRow run, PipelineRow pipeline) => HasEnded(run.Status) && !IsToBeRetrained(run, pipeline);

    /// <summary>A pipeline can be evaluated. Where its data is prepared again, models that are there are judged on it after that.</summary>
    public static bool CanBeEvaluated(PipelineRow pipeline, DatasetStatus dataset, IReadOnlyCollection<RunRow> runs) =>
        dataset is DatasetStatus.Ready or DatasetStatus.Failed && runs.Count > 0 && runs.All(r => IsSettled(r, pipeline));
}
