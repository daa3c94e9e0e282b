using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Entities;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

[TestFixture]
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
        Assert.That(PipelineProgress.StatusOf(Rows.Pipeline(status), Rows.Dataset(DatasetStatus.Ready), [Rows.Run("GRU", RunStatus.Queued)]), Is.EqualTo(status));

    [Test]
    public void A_trained_model_that_cannot_be_stored_is_what_the_pipeline_waits_for()
    {
        var run = Rows.Run("LSTM", RunStatus.Storing);
        (run.Tries, run.Error, run.NextAttemptAt) = (2, "the store refuses", Rows.Start.AddSeconds(4));

        var waiting = PipelineProgress.WaitingFor(Rows.Pipeline(), Rows.Dataset(DatasetStatus.Ready), [run]);

        Assert.That(waiting!.Reason, Is.EqualTo("LSTM is trained but not stored: the store refuses"));
        Assert.That(waiting.NextTry, Is.EqualTo(run.NextAttemptAt));
    }

    [Test]
    public void A_pipeline_that_has_ended_waits_for_nothing()
    {
        var pipeline = Rows.Pipeline(PipelineStatus.Promoted);
        pipeline.WaitingReason = "left over";

        Assert.That(PipelineProgress.WaitingFor(pipeline, Rows.Dataset(DatasetStatus.Ready), []), Is.Null);
    }
}
