using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Registry.Pipelines;

namespace FLTS.Modules.Pipeline;

/// <summary>Something the Reconciler does.</summary>
internal abstract record ReconcileAction
{
    public sealed record Preprocess(DatasetRow Dataset) : ReconcileAction;

    public sealed record Train(RunRow Run) : ReconcileAction;

    /// <summary>Its stored artifact is corrupt: the next generation takes its place.</summary>
    public sealed record Retrain(RunRow Run) : ReconcileAction;

    public sealed record Evaluate(PipelineRow Pipeline) : ReconcileAction;

    /// <summary>The dataset failed for good, so a run that waits for it can never start.</summary>
    public sealed record FailRun(RunRow Run, string Reason) : ReconcileAction;
}

/// <summary>Decides from rows alone what should be running and is not. A pure function: no clock, no database, no queue.</summary>
internal static class ReconcilePlan
{
    /// <summary>Actions for all unfinished pipelines; each row is acted on at most once.</summary>
    /// <param name="states">The unfinished pipelines.</param>
    /// <param name="now">Now, for <see cref="ILeased.NextAttemptAt"/>.</param>
    /// <param name="isHeld">True where a live worker holds the row's lease (by the database's clock).</param>
    public static IReadOnlyList<ReconcileAction> Decide(IEnumerable<PipelineState> states, DateTimeOffset now, Func<ILeased, bool> isHeld)
    {
        var actions = new Dictionary<string, ReconcileAction>(StringComparer.Ordinal);
        foreach (var (pipeline, dataset, runs) in states)
        {
            switch (dataset.Status)
            {
                case DatasetStatus.Queued or DatasetStatus.Running when IsFree(dataset):
                    actions.TryAdd(dataset.ConfigHash.Value, new ReconcileAction.Preprocess(dataset));
                    break;
                case DatasetStatus.Failed:
                    foreach (var run in runs.Where(r => r.Status == RunStatus.Queued && IsFree(r)))
                        actions.TryAdd(run.RunId.Value, new ReconcileAction.FailRun(run, $"preprocessing failed: {dataset.Error}"));

                    break;
                case DatasetStatus.Ready:
                    foreach (var run in runs.Where(r => !RunRules.HasEnded(r.Status) && IsFree(r)))
                        actions.TryAdd(run.RunId.Value, new ReconcileAction.Train(run));

                    break;
            }

            foreach (var run in runs.Where(r => RunRules.IsToBeRetrained(r, pipeline)))
                actions.TryAdd(run.RunId.Value, new ReconcileAction.Retrain(run));

            if (RunRules.CanBeEvaluated(pipeline, dataset.Status, runs) && IsFree(pipeline))
                actions.TryAdd(pipeline.PipelineId.Value, new ReconcileAction.Evaluate(pipeline));
        }

        return [.. actions.Values];

        bool IsFree(ILeased row) => !isHeld(row) && (row.NextAttemptAt is null || row.NextAttemptAt <= now);
    }
}
