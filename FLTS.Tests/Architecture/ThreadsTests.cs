using NUnit.Framework;

namespace FLTS.Tests.Architecture;

/// <summary>
/// Whatever computes on another thread does it within a bound and can be cancelled: one request must not stall the process.
/// </summary>
[TestFixture]
internal sealed class ThreadsTests
{
    private static readonly string[] _schedulers = ["FLTS.Forecasting.Compute.Parallelism", "FLTS.Modules.Contracts.ComputeThreads"];

    /// <summary>They wait, for a clock, a disk or a database, and compute nothing.</summary>
    private static readonly string[] _waiting =
    [
        "FLTS.Modules.Registry.Steps.RowWatch`1",
        "FLTS.Modules.Registry.Steps.LeaseKeeper",
        "FLTS.Modules.Training.ProgressRecorder",
        "FLTS.Modules.Kit.AtomicFile",
        "FLTS.Host.Hosting.RerunOnRequeue",
    ];

    [Test]
    public void What_computes_goes_through_the_schedulers() =>
        Assert.That(
            Threads.Users(Assemblies.Product.SelectMany(m => m.GetTypes())).Select(u => u.Type).Distinct(),
            Is.EquivalentTo(_schedulers.Concat(_waiting)));

    [TestCase("EachOnThePool", "Parallel.ForEach")]
    [TestCase("QueryOnThePool", "ParallelEnumerable.AsParallel")]
    [TestCase("TaskOfItsOwn", "Task.Run")]
    [TestCase("TaskOfAFactory", "TaskFactory.StartNew")]
    [TestCase("ThreadOfItsOwn", "Thread..ctor")]
    [TestCase("WorkItem", "ThreadPool.QueueUserWorkItem")]
    public void A_planted_one_is_found(string type, string call) =>
        Assert.That(
            Threads.Users(Assemblies.Planted("Threads")), Has.Some.EqualTo(($"FLTS.Tests.Architecture.Planted.Threads.{type}", call)));

    [Test]
    public void What_goes_through_them_is_not_found() =>
        Assert.That(Threads.Users(Assemblies.Planted("Threads")).Select(u => u.Type), Has.None.Contains("Allowed"));
}
