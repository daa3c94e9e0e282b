using System.Runtime.InteropServices;
using FLTS.Forecasting.Compute;

namespace FLTS.Modules.Contracts;

/// <summary>
/// The cores of this process, and the only way in it to compute on other threads than those that serve. Whoever computes gets one thread
/// at least, so that a fit of an hour holds nobody up, and of those it may use on top only what others leave free: work side by side does
/// not fight for cores. What waits for its turn before it computes (a dataset to be read, a forecast, a step's queue) waits elsewhere.
/// </summary>
/// <param name="cores">Threads that can compute at once, at least 1.</param>
internal sealed class ComputeThreads(int cores)
{
    /// <summary>How far computations stand back behind those that serve, where nobody says otherwise.</summary>
    private const int StandsBack = 5;

    private readonly Lock _lock = new();
    private int _used;

    /// <summary>Computes on one thread and those that are free.</summary>
    /// <param name="work">Spreads no further than it is told, and looks at the cancellation.</param>
    /// <param name="cancellation">Of the work; before it begins, too.</param>
    public async Task<T> RunAsync<T>(Func<Parallelism, T> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var share = Take(cores);
        return await share.RunAsync(() => work(share.Parallelism(cancellation)));
    }

    /// <summary>Computes on one thread.</summary>
    /// <param name="work">Looks at the cancellation.</param>
    /// <param name="cancellation">Of the work; before it begins, too.</param>
    public async Task<T> RunOnOneAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var share = Take(1);
        return await share.RunAsync(work);
    }

    /// <summary>Takes 1 to <paramref name="most"/> threads; disposing gives them back.</summary>
    public Share Take(int most)
    {
        lock (_lock)
        {
            var count = Math.Clamp(cores - _used, 1, most);
            _used += count;
            return new Share(this, count);
        }
    }

    private static void StepBack(int nice)
    {
        Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;

        // .NET leaves priorities alone on Linux. There a nice value belongs to a thread, and 0 names the calling one (setpriority(2)).
        // Where it is refused the work competes as before, which is no reason to fail it.
        if (OperatingSystem.IsLinux())
            _ = SetPriority(which: 0, who: 0, nice);
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    private static extern int SetPriority(int which, uint who, int nice);

    private void GiveBack(int count)
    {
        lock (_lock)
            _used -= count;
    }

    /// <summary>Threads in hand.</summary>
    internal sealed class Share(ComputeThreads threads, int count) : IDisposable
    {
        private int _held = count;

        public int Count { get; } = count;

        public Parallelism Parallelism(CancellationToken cancellation) => new(Count, cancellation);

        /// <summary>Computes on a thread of its own: what takes seconds or hours must not hold one of the pool.</summary>
        /// <param name="work">The computation.</param>
        /// <param name="nice">
        /// How far it stands back behind those that serve: nice value of the thread on Linux, 0 (not at all) to 19; elsewhere above 0
        /// means a priority below normal. Threads that the work begins stand back as far.
        /// </param>
        public Task<T> RunAsync<T>(Func<T> work, int nice = StandsBack)
        {
            RefuseWithoutThreads();
            return Task.Factory.StartNew(
                () =>
                {
                    if (nice > 0)
                        StepBack(nice);

                    return work();
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }

        /// <summary>
        /// Computes on the pool what waits for streams in between; no more of these at once than there are threads in hand.
        /// </summary>
        public Task<T> RunAsync<T>(Func<Task<T>> work)
        {
            RefuseWithoutThreads();
            return Task.Run(work, CancellationToken.None);
        }

        public void Dispose() => threads.GiveBack(Interlocked.Exchange(ref _held, 0));

        private void RefuseWithoutThreads() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _held) == 0, this);
    }
}
