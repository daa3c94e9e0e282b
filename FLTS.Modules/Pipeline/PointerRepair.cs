using FLTS.Modules.Registry;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline;

/// <summary>
/// The part of the Reconciler that looks at the store: pointer files that are missing or differ from the ledger are written again. A loop of its own,
/// so that a store that is slow or away holds nobody up who only looks at rows.
/// </summary>
internal sealed partial class PointerRepair(PointerWriter pointers, IBus bus, IStartupGate gate, PipelineOptions options, ILogger<PointerRepair> logger)
    : WakeableLoop(gate, TimeSpan.FromSeconds(options.PointerSeconds), logger)
{
    private bool _isAway;

    internal override async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            var repaired = await pointers.RepairAsync(cancellation);
            _isAway = false;
            foreach (var pointer in repaired)
            {
                LogRepaired(logger, pointer.Version, pointer.RunId, pointer.ConfigHash, pointer.Identifier, pointer.AttemptId);

                // Whoever promoted it may have died before it could say so.
                await bus.Publish(new ModelSelected(pointer), cancellation);
            }
        }
        catch (UnavailableException e)
        {
            // Said once, not at every look; /readyz says it all the time.
            if (!_isAway)
                LogAway(logger, e.Message);

            _isAway = true;
        }
    }

    [LoggerMessage(EventName = "pointer_repaired", Level = LogLevel.Warning, Message = "The pointer files of {identifier} were missing or differed from the ledger: version {version} is written again (run_id {run_id}, config_hash {config_hash}, attempt_id {attempt_id})")]
    private static partial void LogRepaired(ILogger logger, int version, RunId run_id, ConfigHash config_hash, Identifier identifier, AttemptId attempt_id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pointer files cannot be looked at for now: {reason}")]
    private static partial void LogAway(ILogger logger, string reason);
}
