using System.Runtime.InteropServices;

namespace FLTS.Modules.Training;

/// <summary>
/// The cores that the trainings of this process compute on. A training gets one thread at least, and of those it may use on top
/// only what others leave free, so that trainings side by side do not fight for cores.
/// </summary>
/// <param name="cores">Threads that can compute at once, at least 1.</param>
internal sealed class ComputeThreads(int cores)
{
    private readonly Lock _lock = new();
    private int _used;

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

    /// <summary>
    /// Computes on a thread of its own, which the scheduler puts behind those that serve: a fit takes minutes and must neither hold
    /// a thread of the pool nor starve an answer.
    /// </summary>
    /// <param name="work">The computation.</param>
    /// <param name="nice">Nice value of the thread on Linux, 0 to 19; elsewhere above 0 means a priority below normal.</param>
    public static Task<T> RunAsync<T>(Func<T> work, int nice) => Task.Factory.StartNew(
        () =>
        {
            if (nice > 0)
                StepBack(nice);

            return work();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static void StepBack(int nice)
    {
        Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;

        // .NET leaves priorities alone on Linux. There a nice value belongs to a thread, and 0 names the calling one (setpriority(2)).
        // Where it is refused the training competes as before, which is no reason to fail it.
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

        public void Dispose() => threads.GiveBack(Interlocked.Exchange(ref _held, 0));
    }
}
