using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

[TestFixture, Parallelizable]
internal sealed class PipelineProgressTests
{
    [TestCase(DatasetStatus.Queued, RunStatus.Queued, ExpectedResult = PipelineStatus.Queued)]
    [TestCase(DatasetStatus.Running, RunStatus.Queued, ExpectedResult = PipelineStatus.Preprocessing)]
    [TestCase(DatasetStatus.Ready, RunStatus.Queued, ExpectedResult = PipelineStatus.Training)]
    [TestCase(DatasetStatus.Ready, RunStatus.Storing, ExpectedResult = PipelineStatus.Training)]
    [TestCase(DatasetStatus.Ready, RunStatus.Succeeded, ExpectedResult = PipelineStatus.Evaluating)]
    public PipelineStatus The_status_follows_from_the_dataset_and_the_runs(DatasetStatus dataset, RunStatus run) =>
        PipelineProgress.StatusOf(Rows.Pipeline(), Rows.Dataset(dataset), [Rows.Run("GRU", run)]);

    [TestCase(PipelineStatus.Promoted)]
    [TestCase(PipelineStatus.Failed)]
    [TestCase(PipelineStatus.Blocked)]
    public void An_end_and_a_block_stay_what_they_are(PipelineStatus status) =>
        Assert.That(
            PipelineProgress.StatusOf(Rows.Pipeline(status), Rows.Dataset(DatasetStatus.Ready), [Rows.Run("GRU", RunStatus.Queued)]),
            Is.EqualTo(status));

    [Test]
    public void A_trained_model_that_cannot_be_stored_is_what_the_pipeline_waits_for()
    {
        var run = Rows.Run("LSTM", RunStatus.Storing);
        (run.Tries, run.Error, run.NextAttemptAt) = (2, "the store refuses", Rows.Now.AddSeconds(4));

        var waiting = PipelineProgress.WaitingFor(Rows.Pipeline(), Rows.Dataset(DatasetStatus.Ready), [run]);

        Assert.That(waiting!.Reason, Is.EqualTo("LSTM run run-LSTM to be stored (it is trained): the store refuses"));
        Assert.That(waiting.NextTry, Is.EqualTo(run.NextAttemptAt));
    }

    [TestCase(DatasetStatus.Queued, RunStatus.Queued, 0, "preprocessing to begin")]
    [TestCase(DatasetStatus.Running, RunStatus.Queued, 0, "preprocessing to end")]
    [TestCase(DatasetStatus.Ready, RunStatus.Queued, 0, "GRU run run-GRU to begin")]
    [TestCase(DatasetStatus.Ready, RunStatus.Queued, 1, "GRU run run-GRU to begin again: the data is away")]
    [TestCase(DatasetStatus.Ready, RunStatus.Running, 0, "GRU run run-GRU to be trained (epoch 3 of 10)")]
    [TestCase(DatasetStatus.Ready, RunStatus.Storing, 0, "GRU run run-GRU to be stored")]
    [TestCase(DatasetStatus.Ready, RunStatus.Invalid, 0, "GRU run run-GRU to be trained once more: the data is away")]
    [TestCase(DatasetStatus.Ready, RunStatus.Succeeded, 0, "evaluation to begin")]
    [TestCase(DatasetStatus.Failed, RunStatus.Failed, 0, "evaluation to begin")]
    public void In_every_state_it_says_what_is_waited_for_and_since_when(DatasetStatus data, RunStatus status, int tries, string expected)
    {
        var (dataset, run) = (Rows.Dataset(data), Rows.Run("GRU", status));
        (run.Tries, run.Error, run.Epoch, run.Epochs) = (tries, "the data is away", 3, 10);
        (dataset.StartedAt, dataset.EndedAt, run.NextAttemptAt) = (
            Rows.Now.AddSeconds(1), Rows.Now.AddSeconds(2), tries > 0 ? Rows.Now.AddSeconds(9) : null);
        if (status != RunStatus.Queued)
            run.StartedAt = Rows.Now.AddSeconds(3);
        if (status is RunStatus.Succeeded or RunStatus.Failed)
            run.EndedAt = Rows.Now.AddSeconds(4);

        var waiting = PipelineProgress.WaitingFor(Rows.Pipeline(), dataset, [run, Rows.Run("LSTM", RunStatus.Succeeded)])!;

        Assert.That(waiting.Reason, Is.EqualTo(expected));
        Assert.That(waiting.NextTry, Is.EqualTo(run.NextAttemptAt));
        Assert.That(waiting.Since, Is.EqualTo(Rows.Now.AddSeconds((data, status) switch
        {
            (DatasetStatus.Queued, _) => 0,
            (DatasetStatus.Running, _) => 1,
            (_, RunStatus.Queued) => 2,
            (_, RunStatus.Succeeded or RunStatus.Failed) => 4,
            _ => 3,
        })));
    }

    [Test]
    public void Of_several_runs_the_one_in_trouble_comes_first_with_the_earliest_next_try()
    {
        var (gru, lstm) = (Rows.Run("GRU", RunStatus.Running), Rows.Run("LSTM", RunStatus.Storing));
        (lstm.Tries, lstm.Error, lstm.NextAttemptAt) = (2, "the store refuses", Rows.Now.AddSeconds(4));

        var waiting = PipelineProgress.WaitingFor(Rows.Pipeline(), Rows.Dataset(DatasetStatus.Ready), [gru, lstm])!;

        Assert.That(
            waiting.Reason, Is.EqualTo("LSTM run run-LSTM to be stored (it is trained): the store refuses; GRU run run-GRU to be trained"));
        Assert.That(waiting.NextTry, Is.EqualTo(lstm.NextAttemptAt));
    }

    [TestCase(RunStatus.Running, RunStatus.Queued, "GRU run run-GRU to be trained; ENSEMBLE run run-ENSEMBLE to wait for GRU")]
    [TestCase(RunStatus.Succeeded, RunStatus.Queued, "ENSEMBLE run run-ENSEMBLE to begin")]
    [TestCase(RunStatus.Succeeded, RunStatus.Running, "ENSEMBLE run run-ENSEMBLE to be trained")]
    public void An_ENSEMBLE_says_for_whom_it_waits(RunStatus gru, RunStatus ensemble, string expected) => Assert.That(
        PipelineProgress.WaitingFor(
            Rows.Pipeline(),
            Rows.Dataset(DatasetStatus.Ready),
            [Rows.Run("ENSEMBLE", ensemble), Rows.Run("GRU", gru), Rows.Run("LSTM", RunStatus.Failed)])!.Reason,
        Is.EqualTo(expected));

    [Test]
    public void An_evaluation_at_work_and_a_blocked_one_say_so()
    {
        var (working, blocked) = (Rows.Pipeline(), Rows.Pipeline(PipelineStatus.Blocked));
        working.EvaluationStartedAt = Rows.Now;
        (blocked.WaitingReason, blocked.WaitingSince, blocked.NextAttemptAt) = ("the store refuses", Rows.Now, Rows.Now.AddSeconds(8));
        var (dataset, runs) = (Rows.Dataset(DatasetStatus.Ready), new[] { Rows.Run("GRU", RunStatus.Succeeded) });

        Assert.That(PipelineProgress.WaitingFor(working, dataset, runs), Is.EqualTo(new WaitingView("evaluation to end", Rows.Now, null)));
        Assert.That(
            PipelineProgress.WaitingFor(blocked, dataset, runs),
            Is.EqualTo(new WaitingView("the store refuses", Rows.Now, Rows.Now.AddSeconds(8))));
    }

    [Test]
    public void A_pipeline_that_has_ended_waits_for_nothing()
    {
        var pipeline = Rows.Pipeline(PipelineStatus.Promoted);
        pipeline.WaitingReason = "left over";

        Assert.That(PipelineProgress.WaitingFor(pipeline, Rows.Dataset(DatasetStatus.Ready), []), Is.Null);
    }
}
