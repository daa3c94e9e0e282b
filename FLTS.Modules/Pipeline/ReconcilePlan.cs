using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;

namespace FLTS.Modules.Pipeline;

/// <summary>Something the Reconciler does.</summary>
internal abstract record ReconcileAction
{
    /// <summary>A step is due and not running.</summary>
    public sealed record Start(DueStep Due) : ReconcileAction;

    /// <summary>Its stored artifact is corrupt: the next generation takes its place.</summary>
    public sealed record Retrain(RunRow Run) : ReconcileAction;

    /// <summary>The dataset failed for good, so a run that waits for it can never start.</summary>
    public sealed record FailRun(RunRow Run, string Reason) : ReconcileAction;
}

/// <summary>Decides from rows alone what should be running and is not. A pure function: no clock, no database, no queue.</summary>
internal static class ReconcilePlan
{
    /// <summary>Actions for everything unfinished; each row is acted on at most once.</summary>
    /// <param name="work">Everything unfinished.</param>
    /// <param name="steps">Say what is due.</param>
    /// <param name="now">Now, for <see cref="ILeased.NextAttemptAt"/>.</param>
    /// <param name="isHeld">True where a live worker holds the row's lease (by the database's clock).</param>
    public static IReadOnlyList<ReconcileAction> Decide(
        UnfinishedWork work, IEnumerable<Step> steps, DateTimeOffset now, Func<ILeased, bool> isHeld)
    {
        var actions = new Dictionary<(string Kind, string Id), ReconcileAction>();
        foreach (var due in steps.SelectMany(s => s.DueSteps(work)).Where(d => IsFree(d.Row)))
            actions.TryAdd((due.Task.Step, due.Task.Id), new ReconcileAction.Start(due));

        foreach (var (pipeline, dataset, runs) in work.Pipelines)
        {
            if (dataset.Status == DatasetStatus.Failed)
            {
                foreach (var run in runs.Where(r => r.Status == RunStatus.Queued && IsFree(r)))
                    actions.TryAdd(
                        (nameof(ReconcileAction.FailRun), run.RunId.Value),
                        new ReconcileAction.FailRun(run, $"preprocessing failed: {dataset.Error}"));
            }

            foreach (var run in RunRules.ToBeRetrained(pipeline, runs))
                actions.TryAdd((nameof(ReconcileAction.Retrain), run.RunId.Value), new ReconcileAction.Retrain(run));
        }

        return [.. actions.Values];

        bool IsFree(ILeased row) => !isHeld(row) && (row.NextAttemptAt is null || row.NextAttemptAt <= now);
    }
}
