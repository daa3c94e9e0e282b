using System.Collections.Concurrent;

namespace FLTS.Forecasting.Compute;

/// <summary>
/// Threads that stay while work comes piece by piece: what a thread keeps for itself, pooled buffers above all, is there for the next
/// piece. The calling thread is one of them, where it waits.
/// </summary>
internal sealed class Workers : IDisposable
{
    private readonly BlockingCollection<Task> _waiting = [];
    private readonly Task[] _beside;

    /// <param name="parallelism">How many threads work, the calling one among them.</param>
    public Workers(Parallelism parallelism) =>
        _beside = [.. Enumerable.Range(1, parallelism.Threads - 1).Select(_ => Parallelism.OnAThread(Work))];

    /// <summary>Queues a piece.</summary>
    public Task<T> Begin<T>(Func<T> piece)
    {
        var task = new Task<T>(piece);
        _waiting.Add(task);
        return task;
    }

    /// <summary>What came of a piece. The calling thread does waiting pieces until it is there.</summary>
    public T Result<T>(Task<T> piece)
    {
        while (!piece.IsCompleted && _waiting.TryTake(out var next))
            next.RunSynchronously(TaskScheduler.Default);
        return piece.GetAwaiter().GetResult();
    }

    /// <summary>Waits until nobody works on a piece any more.</summary>
    public void Dispose()
    {
        _waiting.CompleteAdding();
        Task.WaitAll(_beside);
        _waiting.Dispose();
    }

    private int Work()
    {
        var done = 0;
        foreach (var piece in _waiting.GetConsumingEnumerable())
        {
            piece.RunSynchronously(TaskScheduler.Default); // What it throws comes from its result.
            done++;
        }

        return done;
    }
}
