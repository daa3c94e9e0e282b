using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

[TestFixture, Parallelizable]
internal sealed class ReconcilePlanTests
{
    /// <summary>Due rules read rows they are given: no database is asked.</summary>
    private static readonly Step[] _steps =
    [
        new PreprocessStep(null!, TimeProvider.System),
        new TrainStep(null!, TimeProvider.System),
        new EvaluateStep(null!, TimeProvider.System),
    ];

    [Test]
    public void A_queued_dataset_is_preprocessed() =>
        Assert.That(Decide(DatasetStatus.Queued, RunStatus.Queued), Is.EqualTo(new[] { "preprocess" }));

    [Test]
    public void A_dataset_left_running_by_a_dead_process_is_preprocessed_again() =>
        Assert.That(Decide(DatasetStatus.Running, RunStatus.Queued), Is.EqualTo(new[] { "preprocess" }));

    [Test]
    public void Nothing_is_started_for_a_row_that_a_live_worker_holds() =>
        Assert.That(Decide(DatasetStatus.Running, RunStatus.Queued, isHeld: _ => true), Is.Empty);

    [TestCase(RunStatus.Queued)]
    [TestCase(RunStatus.Running)]
    [TestCase(RunStatus.Storing)]
    public void On_ready_data_every_unsettled_run_that_nobody_holds_is_trained(RunStatus status) =>
        Assert.That(Decide(DatasetStatus.Ready, status), Is.EqualTo(new[] { "train", "train" }));

    [Test]
    public void Runs_that_wait_for_data_which_failed_for_good_fail_with_its_reason()
    {
        var dataset = Rows.Dataset(DatasetStatus.Failed);
        dataset.Error = "row 7: not a number";
        var actions = Decide([new PipelineState(Rows.Pipeline(), dataset, [Rows.Run("GRU", RunStatus.Queued)])], Rows.Now, _ => false);

        Assert.That(actions, Has.Count.EqualTo(1));
        Assert.That(((ReconcileAction.FailRun)actions[0]).Reason, Is.EqualTo("preprocessing failed: row 7: not a number"));
    }

    [TestCase(RunStatus.Succeeded)]
    [TestCase(RunStatus.Failed)]
    [TestCase(RunStatus.Cancelled)]
    [TestCase(RunStatus.Pruned)]
    public void When_all_runs_are_settled_the_pipeline_is_evaluated(RunStatus status) =>
        Assert.That(Decide(DatasetStatus.Ready, status), Is.EqualTo(new[] { "evaluate" }));

    [TestCase(RunCause.Request, true, ExpectedResult = "Retrain")]
    [TestCase(RunCause.Rerun, true, ExpectedResult = "Retrain")]
    [TestCase(RunCause.Request, false, ExpectedResult = "evaluate")]
    [TestCase(RunCause.Invalid, true, ExpectedResult = "evaluate")]
    public string A_corrupt_run_is_trained_once_more_unless_that_is_off_or_was_done(RunCause cause, bool isOn)
    {
        var (pipeline, run) = (Rows.Pipeline(), Rows.Run("GRU", RunStatus.Invalid));
        run.Cause = cause;
        pipeline.Evaluation = isOn ? "{}" : """{"auto_retrain_invalid": false}""";

        var actions = Decide(
            [new PipelineState(pipeline, Rows.Dataset(DatasetStatus.Ready), [run, Rows.Run("LSTM", RunStatus.Succeeded)])],
            Rows.Now,
            _ => false);

        return Name(actions.Single());
    }

    [Test]
    public void A_row_whose_next_try_lies_ahead_is_left_alone()
    {
        var run = Rows.Run("GRU", RunStatus.Storing);
        run.NextAttemptAt = Rows.Now.AddSeconds(1);
        var state = new PipelineState(Rows.Pipeline(), Rows.Dataset(DatasetStatus.Ready), [run]);

        Assert.That(Decide([state], Rows.Now, _ => false), Is.Empty);
        Assert.That(Decide([state], Rows.Now.AddSeconds(1), _ => false), Has.Count.EqualTo(1));
    }

    [Test]
    public void A_run_that_two_pipelines_share_is_trained_once()
    {
        var run = Rows.Run("GRU", RunStatus.Queued);
        var other = Rows.Pipeline();
        other.PipelineId = new("other");
        var dataset = Rows.Dataset(DatasetStatus.Ready);
        var actions = Decide(
            [new PipelineState(Rows.Pipeline(), dataset, [run]), new PipelineState(other, dataset, [run])], Rows.Now, _ => false);

        Assert.That(actions, Has.Count.EqualTo(1));
    }

    [TestCase(RunStatus.Queued, RunStatus.Succeeded, ExpectedResult = new[] { "GRU" })]
    [TestCase(RunStatus.Succeeded, RunStatus.Storing, ExpectedResult = new[] { "LSTM" })]
    [TestCase(RunStatus.Succeeded, RunStatus.Failed, ExpectedResult = new[] { "ENSEMBLE" })]
    [TestCase(RunStatus.Cancelled, RunStatus.Failed, ExpectedResult = new[] { "ENSEMBLE" })]
    [TestCase(RunStatus.Invalid, RunStatus.Succeeded, ExpectedResult = new[] { "GRU" })]
    public string[] An_ENSEMBLE_is_made_when_every_run_beside_it_is_settled(RunStatus gru, RunStatus lstm) =>
        [.. Beside(gru, lstm, RunStatus.Queued).Select(OfWhich)];

    [TestCase(RunStatus.Invalid, RunStatus.Invalid, ExpectedResult = new[] { "GRU" })]
    [TestCase(RunStatus.Succeeded, RunStatus.Invalid, ExpectedResult = new[] { "ENSEMBLE" })]
    public string[] A_corrupt_ENSEMBLE_is_made_again_by_itself_only_where_none_of_its_members_is(RunStatus gru, RunStatus ensemble) =>
        [.. Beside(gru, RunStatus.Succeeded, ensemble).Select(OfWhich)];

    private static IReadOnlyList<ReconcileAction> Beside(RunStatus gru, RunStatus lstm, RunStatus ensemble) => Decide(
        [
            new PipelineState(
                Rows.Pipeline(),
                Rows.Dataset(DatasetStatus.Ready),
                [Rows.Run("ENSEMBLE", ensemble), Rows.Run("GRU", gru), Rows.Run("LSTM", lstm)]),
        ],
        Rows.Now,
        _ => false);

    private static string OfWhich(ReconcileAction action) => action switch
    {
        ReconcileAction.Start { Due.Row: RunRow run } => run.ModelType,
        ReconcileAction.Retrain { Run: var run } => run.ModelType,
        _ => Name(action),
    };

    private static string[] Decide(DatasetStatus dataset, RunStatus runs, Func<ILeased, bool>? isHeld = null) =>
    [
        .. Decide(
            [new PipelineState(Rows.Pipeline(), Rows.Dataset(dataset), [Rows.Run("GRU", runs), Rows.Run("LSTM", runs)])],
            Rows.Now,
            isHeld ?? (_ => false)).Select(Name),
    ];

    private static IReadOnlyList<ReconcileAction> Decide(
        IReadOnlyList<PipelineState> states, DateTimeOffset now, Func<ILeased, bool> isHeld) =>
        ReconcilePlan.Decide(new UnfinishedWork(states, []), _steps, now, isHeld);

    private static string Name(ReconcileAction action) =>
        action is ReconcileAction.Start start ? start.Due.Task.Step : action.GetType().Name;
}
