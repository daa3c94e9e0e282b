// One type for each way to other threads; ThreadsTests proves with them that the rule can fail.
#pragma warning disable CA1812, CA1822
using FLTS.Forecasting.Compute;

namespace FLTS.Tests.Architecture.Planted.Threads;

internal sealed class EachOnThePool
{
    public void Compute(int[] items) => Parallel.ForEach(items, _ => { });
}

internal sealed class QueryOnThePool
{
    public int Compute(int[] items) => items.AsParallel().Sum();
}

internal sealed class TaskOfItsOwn
{
    /// <summary>In a lambda, which the compiler moves to a nested type.</summary>
    public Func<int, Task<int>> Compute => item => Task.Run(() => item);
}

internal sealed class TaskOfAFactory
{
    public Task Compute() => Task.Factory.StartNew(() => { }, default, TaskCreationOptions.None, TaskScheduler.Default);
}

internal sealed class ThreadOfItsOwn
{
    public void Compute() => new Thread(() => { }).Start();
}

internal sealed class WorkItem
{
    public void Compute() => ThreadPool.QueueUserWorkItem(_ => { });
}

internal sealed class AllowedWithinABound
{
    public void Compute(Parallelism parallelism) => parallelism.For(2, _ => { });

    public Task<int> Compute(ComputeThreads threads) => threads.RunAsync(p => p.Threads, default);
}
