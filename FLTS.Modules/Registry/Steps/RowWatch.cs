using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Registry.Steps;

/// <summary>
/// Looks twice a second whether a row, or all that wait for it, was ended by somebody else, in whichever process, so that work that was
/// cancelled stops within a second.
/// </summary>
/// <typeparam name="TRow">The row of the step.</typeparam>
internal sealed class RowWatch<TRow> : IAsyncDisposable
    where TRow : class, ILeased
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _done = new();
    private readonly Task _watching;

    /// <param name="step">Knows the row and whether it has ended.</param>
    /// <param name="id">Key of the row.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Of who works.</param>
    public RowWatch(Step<TRow> step, string id, TimeProvider time, ILogger logger) =>
        _watching = Task.Run(() => WatchAsync(step, id, time, logger));

    /// <summary>Fires when the row has ended, or nobody wants it any more.</summary>
    public CancellationToken Ended => _ended.Token;

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _watching;
        _ended.Dispose();
        _done.Dispose();
    }

    private async Task WatchAsync(Step<TRow> step, string id, TimeProvider time, ILogger logger)
    {
        while (true)
        {
            try
            {
                await Task.Delay(_look, time, _done.Token);
                if (await step.IsWantedAsync(id, _done.Token))
                    continue;

                await _ended.CancelAsync();
                return;
            }
            catch (OperationCanceledException) when (_done.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The lease says when the database was away for too long; until then the work goes on.
                StepLog.NotWatched(logger, step.Name, e);
            }
        }
    }
}
