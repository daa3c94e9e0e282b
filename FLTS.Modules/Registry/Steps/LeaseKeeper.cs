using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Registry.Steps;

/// <summary>Holds a lease while work is done: renews it in the background, says when it is lost, gives it back at the end.</summary>
internal sealed partial class LeaseKeeper : IAsyncDisposable
{
    /// <summary>Short beside the time the Reconciler takes: what is given back late is given back before it is taken over.</summary>
    private static readonly TimeSpan _giveBackInterval = TimeSpan.FromMilliseconds(500);

    private readonly ILeases _leases;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _done = new();
    private readonly Task _beating;
    private bool _wasAway;

    private LeaseKeeper(Lease lease, ILeases leases, TimeProvider time, ILogger logger)
    {
        (Lease, _leases, _time, _logger) = (lease, leases, time, logger);
        _beating = Task.Run(BeatAsync);
    }

    /// <summary>The lease in hand.</summary>
    public Lease Lease { get; }

    /// <summary>Fires when somebody else has the row, or when it could not be renewed before it expired: stop working.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Null: somebody else holds it.</summary>
    public static async Task<LeaseKeeper?> TryAcquireAsync<TRow>(
        ILeases leases, string id, TimeProvider time, ILogger logger, CancellationToken cancellation)
        where TRow : class, ILeased =>
        await leases.TryAcquireAsync<TRow>(id, cancellation) is { } lease ? new LeaseKeeper(lease, leases, time, logger) : null;

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _beating;
        if (!await TryGiveBackAsync())
            _ = Task.Run(GiveBackLaterAsync);

        _lost.Dispose();
        _done.Dispose();
    }

    /// <summary>A worker that lived through an outage of the database did not die of it, whoever took its row over meanwhile.</summary>
    private async Task<bool> TryGiveBackAsync()
    {
        try
        {
            await _leases.ReleaseAsync(Lease, CancellationToken.None);
            if (_wasAway)
                await _leases.RetractDeathAsync(Lease, CancellationToken.None);

            return true;
        }
        catch (ObjectDisposedException)
        {
            // The process ends; its leases expire.
            return true;
        }
        catch (Exception e)
        {
            if (!_wasAway)
                LogNotReleased(_logger, Lease.Kind, Lease.Id, e);

            _wasAway = true;
            return false;
        }
    }

    private async Task GiveBackLaterAsync()
    {
        do
            await Task.Delay(_giveBackInterval, _time);
        while (!await TryGiveBackAsync());
    }

    private async Task BeatAsync()
    {
        var renewed = _time.GetTimestamp();
        while (true)
        {
            try
            {
                await Task.Delay(LeaseRules.HeartbeatInterval, _time, _done.Token);
                if (!await _leases.HeartbeatAsync(Lease, _done.Token))
                {
                    LogLost(_logger, Lease.Kind, Lease.Id);
                    await _lost.CancelAsync();
                    return;
                }

                renewed = _time.GetTimestamp();
                _wasAway = false;
            }
            catch (OperationCanceledException) when (_done.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                _wasAway = true;
                LogNotRenewed(_logger, Lease.Kind, Lease.Id, e);
                if (_time.GetElapsedTime(renewed) < LeaseRules.Expiry)
                    continue;

                await _lost.CancelAsync();
                return;
            }
        }
    }

    [LoggerMessage(
        EventName = "lease_lost",
        Level = LogLevel.Warning,
        Message = "The lease of {kind} {id} is in other hands: this work stops here and changes nothing any more")]
    private static partial void LogLost(ILogger logger, string kind, string id);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The lease of {kind} {id} could not be renewed; it is tried again until it expires.")]
    private static partial void LogNotRenewed(ILogger logger, string kind, string id, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The lease of {kind} {id} could not be given back; that is tried until it can, or it expires.")]
    private static partial void LogNotReleased(ILogger logger, string kind, string id, Exception exception);
}
