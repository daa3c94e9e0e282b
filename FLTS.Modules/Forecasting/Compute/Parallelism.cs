using System.Runtime.ExceptionServices;

namespace FLTS.Forecasting.Compute;

/// <summary>
/// How far a computation may spread over threads, and what ends it: the only way in this library to more threads than the caller's. The
/// default is that thread alone. What is computed never depends on it.
/// </summary>
/// <param name="Threads">That compute at once, the caller's among them; under 1 counts as 1.</param>
/// <param name="Cancellation">Looked at before every item.</param>
public readonly record struct Parallelism(int Threads, CancellationToken Cancellation = default)
{
    /// <summary>That compute at once, at least 1.</summary>
    public int Threads { get => Math.Max(1, field); } = Threads;

    /// <summary>Does the items 0 to <paramref name="count"/> - 1, in any order.</summary>
    /// <param name="count">N.</param>
    /// <param name="item">Called from several threads at once. What it throws is thrown as it is, after the items in flight.</param>
    /// <exception cref="OperationCanceledException">Cancelled before the last item began.</exception>
    public void For(int count, Action<int> item) => For(count, static () => 0, (i, _) => item(i));

    /// <summary>The same, with room for numbers in between that the items of a thread use one after the other.</summary>
    /// <typeparam name="TRoom">The room.</typeparam>
    /// <param name="count">N.</param>
    /// <param name="room">Made once a thread.</param>
    /// <param name="item">As above.</param>
    /// <exception cref="OperationCanceledException">Cancelled before the last item began.</exception>
    public void For<TRoom>(int count, Func<TRoom> room, Action<int, TRoom> item)
    {
        var cancellation = Cancellation;
        var (begun, fault) = (0, (Exception?)null);
        var beside = Enumerable.Range(1, Math.Max(0, Math.Min(Threads, count) - 1)).Select(_ => OnAThread(Work)).ToArray();
        Work();
        Task.WaitAll(beside);
        if (fault is not null)
            ExceptionDispatchInfo.Throw(fault);
        if (begun < count)
            cancellation.ThrowIfCancellationRequested();

        int Work()
        {
            try
            {
                var own = room();
                while (Volatile.Read(ref fault) is null && !cancellation.IsCancellationRequested
                    && Interlocked.Increment(ref begun) is var next && next <= count)
                    item(next - 1, own);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref fault, e, null);
            }

            return begun;
        }
    }

    /// <summary>Of its own: those of the pool serve, and an answer passes through several of them.</summary>
    internal static Task<T> OnAThread<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
