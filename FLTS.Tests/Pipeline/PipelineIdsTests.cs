using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Registry.Pipelines;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

[TestFixture]
internal sealed class PipelineIdsTests
{
    [Test]
    public void The_same_runs_in_any_order_are_the_same_pipeline()
    {
        RunRow[] runs = [Rows.Run("GRU", RunStatus.Queued), Rows.Run("LSTM", RunStatus.Queued)];

        Assert.That(PipelineIds.Of(new("hash"), runs.Reverse()), Is.EqualTo(PipelineIds.Of(new("hash"), runs)));
    }

    [Test]
    public void Another_generation_is_another_pipeline() =>
        Assert.That(
            PipelineIds.Of(new("hash"), [Rows.Run("GRU", RunStatus.Queued, generation: 1)]),
            Is.Not.EqualTo(PipelineIds.Of(new("hash"), [Rows.Run("GRU", RunStatus.Queued)])));

    [Test]
    public void The_first_run_is_generation_zero() =>
        Assert.That(PipelineIds.Generation(null, force: false), Is.EqualTo((0, true)));

    [TestCase(RunStatus.Failed)]
    [TestCase(RunStatus.Cancelled)]
    [TestCase(RunStatus.Invalid)]
    [TestCase(RunStatus.Pruned)]
    public void A_run_that_ended_without_a_model_is_followed_by_the_next_generation(RunStatus status) =>
        Assert.That(PipelineIds.Generation(Rows.Run("GRU", status, generation: 2), force: false), Is.EqualTo((3, true)));

    [TestCase(RunStatus.Queued)]
    [TestCase(RunStatus.Running)]
    [TestCase(RunStatus.Storing)]
    [TestCase(RunStatus.Succeeded)]
    public void A_run_that_is_alive_or_succeeded_is_used_again_unless_forced(RunStatus status)
    {
        Assert.That(PipelineIds.Generation(Rows.Run("GRU", status), force: false), Is.EqualTo((0, false)));
        Assert.That(PipelineIds.Generation(Rows.Run("GRU", status), force: true), Is.EqualTo((1, true)));
    }
}
