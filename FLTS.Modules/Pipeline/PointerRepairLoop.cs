using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Steps;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Pipeline;

/// <summary>
/// The part of the Reconciler that looks at the store: pointer files that are missing or differ from the ledger are written again. A loop
/// of its own, so that a store that is slow or away holds nobody up who only looks at rows.
/// </summary>
internal sealed partial class PointerRepairLoop(
    PointerFiles pointers, EventPublisher publisher, IStartupGate gate, PipelineOptions options, ILogger<PointerRepairLoop> logger)
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
                using var scope = LogScope.Begin(
                    logger,
                    ("run_id", pointer.RunId.Value),
                    ("config_hash", pointer.ConfigHash.Value),
                    ("identifier", pointer.Identifier.Value),
                    ("attempt_id", pointer.AttemptId.Value));
                LogRepaired(logger, pointer.Version);

                // Whoever promoted it may have died before it could say so.
                await publisher.PublishAsync(new ModelSelected(pointer), cancellation);
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

    [LoggerMessage(
        EventName = "pointer_repaired",
        Level = LogLevel.Warning,
        Message = "Pointer files were missing or differed from the ledger: version {version} is written again")]
    private static partial void LogRepaired(ILogger logger, int version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pointer files cannot be looked at for now: {reason}")]
    private static partial void LogAway(ILogger logger, string reason);
}
