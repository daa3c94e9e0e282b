using FLTS.Forecasting.Compute;
using NUnit.Framework;

namespace FLTS.Tests.Contracts;

[TestFixture]
internal sealed class ComputeThreadsTests
{
    [Test]
    public void Work_side_by_side_shares_the_cores_and_each_has_one_thread_at_least()
    {
        var threads = new ComputeThreads(cores: 4);

        var first = threads.Take(3);
        var second = threads.Take(3);
        var third = threads.Take(3);
        Assert.That((first.Count, second.Count, third.Count), Is.EqualTo((3, 1, 1)));

        first.Dispose();
        first.Dispose();
        Assert.That(threads.Take(3).Count, Is.EqualTo(2), "what was given back once, and no more");
    }

    [Test]
    public async Task Work_gets_what_is_free_and_gives_it_back_whatever_comes_of_it()
    {
        var threads = new ComputeThreads(cores: 3);
        using (threads.Take(1))
            Assert.That(await threads.RunAsync(p => p.Threads, default), Is.EqualTo(2));

        Assert.That(
            async () => await threads.RunAsync<int>(_ => throw new InvalidInputException("no"), default),
            Throws.TypeOf<InvalidInputException>());
        Assert.That(
            async () => await threads.RunAsync(p => p.Threads, new CancellationToken(true)),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await threads.RunAsync(p => p.Threads, default), Is.EqualTo(3));
    }

    [Test]
    public async Task Work_runs_on_no_thread_of_those_that_serve()
    {
        var isPooled = await new ComputeThreads(cores: 1).RunAsync(_ => Thread.CurrentThread.IsThreadPoolThread, default);

        Assert.That(isPooled, Is.False);
    }

    [Test]
    [Platform("Linux")]
    public async Task A_training_computes_on_a_thread_that_stands_back_and_the_others_stay_as_they_are()
    {
        var before = Nice();
        using var share = new ComputeThreads(cores: 1).Take(1);

        var (during, thread) = await share.RunAsync(() => (Nice(), Environment.CurrentManagedThreadId), nice: 7);

        Assert.That(during, Is.EqualTo(Math.Max(7, before)));
        Assert.That(thread, Is.Not.EqualTo(Environment.CurrentManagedThreadId));
        Assert.That(await share.RunAsync(Nice), Is.EqualTo(Math.Max(5, before)), "nothing is asked for");
        Assert.That(Nice(), Is.EqualTo(before));
    }

    [Test]
    [Platform("Linux")]
    public async Task Threads_that_a_training_begins_stand_back_as_far()
    {
        using var share = new ComputeThreads(cores: 3).Take(3);

        var nice = await share.RunAsync(
            () =>
            {
                var seen = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
                using var all = new Barrier(3);
                new Parallelism(3).For(3, _ =>
                {
                    seen[Environment.CurrentManagedThreadId] = Nice();
                    all.SignalAndWait();
                });
                return seen.Values;
            },
            nice: 9);

        Assert.That(nice, Has.Exactly(3).Items.And.All.GreaterThanOrEqualTo(9));
    }

    /// <summary>Nice value of the calling thread: field 19 of its stat file (proc(5)), counted behind the name in brackets.</summary>
    private static int Nice()
    {
        var stat = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], System.Globalization.CultureInfo.InvariantCulture);
    }
}
