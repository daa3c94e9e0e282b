using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Training;

/// <summary>Looks twice a second whether a run was ended by somebody else, in whichever process, so that a cancelled training stops within a second.</summary>
internal sealed partial class CancelWatch : IAsyncDisposable
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _done = new();
    private readonly Task _watching;

    public CancelWatch(RunTransitions runs, RunId runId, TimeProvider time, ILogger logger) => _watching = Task.Run(() => WatchAsync(runs, runId, time, logger));

    /// <summary>Fires when the run has ended.</summary>
    public CancellationToken Ended => _ended.Token;

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _watching;
        _ended.Dispose();
        _done.Dispose();
    }

    private async Task WatchAsync(RunTransitions runs, RunId runId, TimeProvider time, ILogger logger)
    {
        while (true)
        {
            try
            {
                await Task.Delay(_look, time, _done.Token);
                if (await runs.IsAliveAsync(runId, _done.Token))
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
                LogNotSeen(logger, runId, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Whether run {run_id} was cancelled could not be read; it is read again.")]
    private static partial void LogNotSeen(ILogger logger, RunId run_id, Exception exception);
}
