using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>What a pipeline is doing, told from its rows alone.</summary>
internal static class PipelineProgress
{
    /// <summary>The row keeps ends and blocks; what lies between follows from the dataset and the runs.</summary>
    public static PipelineStatus StatusOf(PipelineRow pipeline, DatasetRow dataset, IReadOnlyCollection<RunRow> runs)
    {
        if (PipelineRules.HasEnded(pipeline.Status) || pipeline.Status == PipelineStatus.Blocked)
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
        var preprocess = new StageView(
            "preprocess",
            dataset.Status switch
            {
                DatasetStatus.Ready => "done",
                DatasetStatus.Failed when dataset.PrunedAt is not null => "done",
                DatasetStatus.Failed => "failed",
                DatasetStatus.Running => "running",
                _ => "waiting",
            },
            dataset.StartedAt,
            dataset.EndedAt);

        var settled = runs.Count > 0 && runs.All(r => RunRules.IsSettled(r, pipeline));
        var trainFailed = settled && runs.All(r => r.Status is not (RunStatus.Succeeded or RunStatus.Pruned));
        var train = new StageView(
            "train",
            trainFailed ? "failed" : settled ? "done" : runs.Any(r => r.StartedAt is not null) ? "running" : "waiting",
            runs.Min(r => r.StartedAt),
            settled ? runs.Max(r => r.EndedAt) : null);

        var ended = PipelineRules.HasEnded(pipeline.Status);
        var evaluate = new StageView(
            "evaluate",
            EvaluationOf(pipeline, ended),
            pipeline.EvaluationStartedAt,
            ended ? pipeline.EndedAt : null);

        return [preprocess, train, evaluate];
    }

    /// <summary>
    /// What the pipeline waits for at this moment, since when, and when it is tried next where a try is due at a time; null when it has
    /// ended.
    /// </summary>
    public static WaitingView? WaitingFor(PipelineRow pipeline, DatasetRow dataset, IReadOnlyCollection<RunRow> runs)
    {
        if (PipelineRules.HasEnded(pipeline.Status))
            return null;

        if (pipeline.WaitingReason is { } reason)
            return new WaitingView(reason, pipeline.WaitingSince, pipeline.NextAttemptAt);

        var pending = runs
            .Where(r => !RunRules.IsSettled(r, pipeline))
            .OrderBy(r => r.Tries == 0)
            .ThenBy(r => ForecasterCatalog.IsEnsemble(r.ModelType))
            .ThenBy(r => r.ModelType, StringComparer.Ordinal)
            .ToList();
        return dataset switch
        {
            { Status: DatasetStatus.Queued, Tries: > 0 } =>
                new WaitingView($"preprocessing: {dataset.Error}", dataset.StartedAt, dataset.NextAttemptAt),
            { Status: DatasetStatus.Queued } => new WaitingView("preprocessing to begin", pipeline.CreatedAt, null),
            { Status: DatasetStatus.Running } => new WaitingView("preprocessing to end", dataset.StartedAt, null),
            _ when pending.Count > 0 => new WaitingView(
                string.Join("; ", pending.Select(r => Pending(r, RunRules.AwaitedBy(r, pipeline, runs)))),
                pending.Min(r => Since(r, dataset)),
                pending.Min(r => r.NextAttemptAt)),
            _ when pipeline.EvaluationStartedAt is { } began => new WaitingView("evaluation to end", began, pipeline.NextAttemptAt),
            _ => new WaitingView("evaluation to begin", runs.Max(r => r.EndedAt) ?? pipeline.CreatedAt, pipeline.NextAttemptAt),
        };
    }

    private static string Pending(RunRow run, IEnumerable<RunRow> awaited)
    {
        var name = $"{run.ModelType} run {run.RunId}";
        var others = string.Join(", ", awaited.Select(r => r.ModelType).Order(StringComparer.Ordinal));
        return run switch
        {
            { Status: RunStatus.Queued } when others.Length > 0 => $"{name} to wait for {others}",
            { Status: RunStatus.Storing, Tries: > 0 } => $"{name} to be stored (it is trained): {run.Error}",
            { Status: RunStatus.Storing } => $"{name} to be stored",
            { Status: RunStatus.Running, Epoch: { } epoch, Epochs: { } epochs } => $"{name} to be trained (epoch {epoch} of {epochs})",
            { Status: RunStatus.Running } => $"{name} to be trained",
            { Status: RunStatus.Queued, Tries: > 0 } => $"{name} to begin again: {run.Error}",
            { Status: RunStatus.Queued } => $"{name} to begin",
            _ => $"{name} to be trained once more: {run.Error}",
        };
    }

    /// <summary>A queued run waits since the data is ready, any other since it was started.</summary>
    private static DateTimeOffset Since(RunRow run, DatasetRow dataset) =>
        run.StartedAt ?? (dataset.EndedAt > run.CreatedAt ? dataset.EndedAt.Value : run.CreatedAt);

    private static string EvaluationOf(PipelineRow pipeline, bool ended) => pipeline switch
    {
        { Status: PipelineStatus.Failed } => "failed",
        _ when ended => "done",
        { Status: PipelineStatus.Blocked } => "blocked",
        { EvaluationStartedAt: null } => "waiting",
        _ => "running",
    };
}
