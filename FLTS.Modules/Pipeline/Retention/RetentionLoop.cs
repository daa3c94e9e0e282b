using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline.Retention;

/// <summary>Looks whether there is something to prune, in one process at a time: whoever has the lease of the one row.</summary>
internal sealed partial class RetentionLoop(
    RetentionService service,
    Prunings prunings,
    ILeases leases,
    IStartupGate gate,
    TimeProvider time,
    ILogger<RetentionLoop> logger) : WakeableLoop(gate, _interval, logger)
{
    /// <summary>Short beside the time between two looks: what a killed process left half removed is finished soon.</summary>
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(20);

    private bool _isAway;

    internal override async Task LookAsync(CancellationToken cancellation)
    {
        if (!await prunings.IsDueAsync(cancellation))
            return;

        await using var keeper = await LeaseKeeper.TryAcquireAsync<RetentionTurnRow>(
            leases, RetentionTurnRow.Only, time, logger, cancellation);
        if (keeper is null)
            return;

        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancellation, keeper.Lost);
        try
        {
            await service.LookAsync(working.Token);
            _isAway = false;
        }
        catch (OperationCanceledException) when (keeper.Lost.IsCancellationRequested)
        {
            // Another process goes on.
        }
        catch (UnavailableException e)
        {
            // Said once, not at every look; /readyz says it all the time.
            if (!_isAway)
                LogAway(logger, e.Message);

            _isAway = true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing can be pruned for now: {reason}")]
    private static partial void LogAway(ILogger logger, string reason);
}
