using System.Collections.Concurrent;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>A task that blocks: the pool has few threads, and one that is blocked would hold up what the test waits for.</summary>
internal static class OwnThread
{
    public static Task<T> RunAsync<T>(Func<Task<T>> run) =>
        Task.Factory.StartNew(run, default, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
}

/// <summary>Threads that begin at the same instant, again and again: what goes wrong once in a thousand times goes wrong here.</summary>
internal static class Race
{
    /// <param name="rounds">How often they run.</param>
    /// <param name="racers">How many threads.</param>
    /// <param name="lineUp">Makes what a round is about.</param>
    /// <param name="run">One thread's part; the number is the thread's.</param>
    /// <param name="after">When all have ended a round: throws where something is wrong.</param>
    public static void Run<T>(int rounds, int racers, Func<T> lineUp, Action<T, int> run, Action<T> after)
    {
        var (subject, faults, isOver) = (lineUp(), new ConcurrentQueue<Exception>(), false);
        using var start = new Barrier(racers);
        using var end = new Barrier(racers, _ => isOver = !Try(() =>
        {
            after(subject);
            subject = lineUp();
        }));
        bool Try(Action act)
        {
            try
            {
                // NUnit would take a failed assertion for the test's own, and the others would wait for this thread for ever.
                using (new NUnit.Framework.Internal.TestExecutionContext.IsolatedContext())
                    act();
            }
            catch (Exception e)
            {
                faults.Enqueue(e);
            }

            return faults.IsEmpty;
        }

        var threads = Enumerable.Range(0, racers).Select(racer => new Thread(() =>
        {
            for (var round = 0; round < rounds && !isOver; round++)
            {
                start.SignalAndWait();
                Try(() => run(subject, racer));
                end.SignalAndWait();
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.That(faults, Is.Empty);
    }
}
