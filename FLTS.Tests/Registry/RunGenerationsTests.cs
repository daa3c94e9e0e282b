using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture, Parallelizable]
internal sealed class RunGenerationsTests
{
    [Test]
    public void The_first_run_is_generation_zero() =>
        Assert.That(RunGenerations.Of(null, force: false), Is.EqualTo((0, true)));

    [TestCase(RunStatus.Failed)]
    [TestCase(RunStatus.Cancelled)]
    [TestCase(RunStatus.Invalid)]
    [TestCase(RunStatus.Pruned)]
    public void A_run_that_ended_without_a_model_is_followed_by_the_next_generation(RunStatus status) =>
        Assert.That(RunGenerations.Of(Rows.Run("GRU", status, generation: 2), force: false), Is.EqualTo((3, true)));

    [TestCase(RunStatus.Queued)]
    [TestCase(RunStatus.Running)]
    [TestCase(RunStatus.Storing)]
    [TestCase(RunStatus.Succeeded)]
    public void A_run_that_is_alive_or_succeeded_is_used_again_unless_forced(RunStatus status)
    {
        Assert.That(RunGenerations.Of(Rows.Run("GRU", status), force: false), Is.EqualTo((0, false)));
        Assert.That(RunGenerations.Of(Rows.Run("GRU", status), force: true), Is.EqualTo((1, true)));
    }
}
