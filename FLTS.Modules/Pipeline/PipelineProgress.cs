using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;

namespace FLTS.Modules.Pipeline;

/// <summary>What a pipeline is doing, told from its rows alone.</summary>
internal static class PipelineProgress
{
    private static readonly PipelineStatus[] _ended =
    [
        PipelineStatus.Promoted, PipelineStatus.KeptChampion, PipelineStatus.BelowBaseline,
        PipelineStatus.Superseded, PipelineStatus.Cancelled, PipelineStatus.Failed,
    ];

    /// <summary>True for states that nothing changes any more.</summary>
    public static bool HasEnded(PipelineStatus status) => _ended.Contains(status);

    /// <summary>The row keeps ends and blocks; what lies between follows from the dataset and the runs.</summary>
    public static PipelineStatus StatusOf(PipelineRow pipeline, DatasetRow dataset, IReadOnlyCollection<RunRow> runs)
    {
        if (HasEnded(pipeline.Status) || pipeline.Status == PipelineStatus.Blocked)
            return pipeline.Status;

        return dataset.Status switch
        {
            DatasetStatus.Queued => PipelineStatus.Queued,
            DatasetStatus.Running => PipelineStatus.Preprocessing,
            _ => runs.All(r => RunRules.IsSettled(r, pipeline)) ? PipelineStatus.Evaluating : PipelineStatus.Training,
        };
    }

    /// <summary>The three stages with their times; a stage that has not begun is <c>waiting</c>.</summary>
    public static IReadOnlyList<StageView> StagesOf(PipelineRow pipeline, DatasetRow dataset, IReadOnlyCollection<RunRow> runs)
    {
        var failed = pipeline.Status == PipelineStatus.Failed;
        var preprocess = new StageView(
            "preprocess",
            dataset.Status switch { DatasetStatus.Ready => "done", DatasetStatus.Failed => "failed", DatasetStatus.Running => "running", _ => "waiting" },
            dataset.StartedAt,
            dataset.EndedAt);

        var settled = runs.Count > 0 && runs.All(r => RunRules.IsSettled(r, pipeline));
        var trainFailed = settled && runs.All(r => r.Status != RunStatus.Succeeded);
        var train = new StageView(
            "train",
            trainFailed ? "failed" : settled ? "done" : runs.Any(r => r.StartedAt is not null) ? "running" : "waiting",
            runs.Min(r => r.StartedAt),
            settled ? runs.Max(r => r.EndedAt) : null);

        var ended = HasEnded(pipeline.Status);
        var evaluate = new StageView(
            "evaluate",
            ended ? (failed ? "failed" : "done") : pipeline.Status == PipelineStatus.Blocked ? "blocked" : pipeline.EvaluationStartedAt is null ? "waiting" : "running",
            pipeline.EvaluationStartedAt,
            ended ? pipeline.EndedAt : null);

        return [preprocess, train, evaluate];
    }

    /// <summary>What the pipeline waits for, since when, and when it is tried next; null while it works or has ended.</summary>
    public static WaitingView? WaitingFor(PipelineRow pipeline, DatasetRow dataset, IReadOnlyCollection<RunRow> runs)
    {
        if (HasEnded(pipeline.Status))
            return null;

        if (pipeline.WaitingReason is { } reason)
            return new WaitingView(reason, pipeline.WaitingSince, pipeline.NextAttemptAt);

        if (dataset is { Status: DatasetStatus.Queued, Tries: > 0 })
            return new WaitingView($"preprocessing: {dataset.Error}", dataset.StartedAt, dataset.NextAttemptAt);

        if (runs.FirstOrDefault(r => r.Status == RunStatus.Storing && r.Tries > 0) is { } storing)
            return new WaitingView($"{storing.ModelType} is trained but not stored: {storing.Error}", storing.EndedAt ?? storing.StartedAt, storing.NextAttemptAt);

        return runs.FirstOrDefault(r => r.Status == RunStatus.Queued && r.Tries > 0) is { } retried
            ? new WaitingView($"{retried.ModelType}: {retried.Error}", retried.StartedAt, retried.NextAttemptAt)
            : null;
    }
}

/// <summary>A stage: <c>waiting</c>, <c>running</c>, <c>blocked</c>, <c>done</c> or <c>failed</c>.</summary>
internal sealed record StageView(string Name, string Status, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt);

/// <summary>What a pipeline waits for.</summary>
internal sealed record WaitingView(string Reason, DateTimeOffset? Since, DateTimeOffset? NextTry);
