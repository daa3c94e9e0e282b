using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Kit;

/// <summary>
/// Looks at the rows when the gate opens, every few seconds, and when it is woken. A look that fails is logged and repeated.
/// </summary>
internal abstract partial class WakeableLoop(IStartupGate gate, TimeSpan interval, ILogger logger) : BackgroundService
{
    private const int MostWakers = 100;

    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly ConcurrentQueue<ActivityContext> _wakers = new();

    /// <summary>Makes the next look happen now.</summary>
    public void Wake()
    {
        if (FltsTraces.Here is { } here && _wakers.Count < MostWakers)
            _wakers.Enqueue(here);
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // A wake-up is already on its way.
        }
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Traces of those who have called <see cref="Wake"/> since this was asked last.</summary>
    protected IReadOnlyList<ActivityContext> TakeWakers()
    {
        List<ActivityContext> taken = [];
        while (_wakers.TryDequeue(out var waker))
            taken.Add(waker);
        return taken;
    }

    /// <summary>One look.</summary>
    internal abstract Task LookAsync(CancellationToken cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.OpenedAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, GetType().Name, e);
            }

            await _wake.WaitAsync(interval, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A look of {loop} failed; it is repeated.")]
    private static partial void LogFailed(ILogger logger, string loop, Exception exception);
}
