using FLTS.Modules;
using NUnit.Framework;

namespace FLTS.Tests.Architecture;

[TestFixture, Parallelizable]
internal sealed class WorkersTests
{
    private const string Planted = "FLTS.Tests.Architecture.Planted.Workers";

    [Test]
    public void Consumers_jobs_options_and_contexts_are_internal_and_sealed()
    {
        Assert.That(Workers.Open(typeof(ModuleCatalog).Assembly, "FLTS.Modules"), Is.Empty);
        Assert.That(Workers.Open(typeof(Program).Assembly, "FLTS.Host"), Is.Empty);
    }

    [Test]
    public void Events_are_public_records_with_a_namespace() => Assert.That(Workers.WeakEvents(typeof(ModuleCatalog).Assembly), Is.Empty);

    [Test]
    public void A_planted_worker_that_is_open_is_found(
        [Values("Public", "Unsealed")] string fault, [Values("Consumer", "Job", "Options", "Context")] string kind) =>
        Assert.That(Workers.Open(typeof(WorkersTests).Assembly, Planted), Has.Some.StartsWith($"{Planted}.{fault}{kind} "));

    [TestCase(Planted + ".InternalEvent")]
    [TestCase(Planted + ".EventThatIsNoRecord")]
    [TestCase("EventWithoutNamespace")]
    public void A_planted_event_that_is_weak_is_found(string type) =>
        Assert.That(Workers.WeakEvents(typeof(WorkersTests).Assembly), Has.Some.StartsWith($"{type} "));

    [Test]
    public void What_is_allowed_is_not_found()
    {
        Assert.That(Workers.Open(typeof(WorkersTests).Assembly, Planted), Has.None.Contains("Closed").And.Exactly(8).Items);
        Assert.That(Workers.WeakEvents(typeof(WorkersTests).Assembly), Has.None.Contains("StrongEvent").And.Exactly(3).Items);
    }
}
