using FLTS.Modules.Registry.Runs;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Training;

/// <summary>
/// Removes the local files of runs that have ended: cancelled while they waited to be stored, or stored by a process
/// that died before it tidied up.
/// </summary>
internal sealed partial class StagingSweep(TrainStep step, Staging staging, IStartupGate gate, ILogger<StagingSweep> logger)
    : WakeableLoop(gate, TimeSpan.FromSeconds(30), logger)
{
    internal override async Task LookAsync(CancellationToken cancellation)
    {
        var here = staging.RunIds();
        if (here.Count == 0)
            return;

        // A lease that is held: its worker is about to tidy up by itself.
        foreach (var runId in await step.EndedAsync(here, cancellation))
        {
            staging.Remove(runId);
            LogRemoved(logger, runId);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {run_id} has ended: its local files were removed")]
    private static partial void LogRemoved(ILogger logger, RunId run_id);
}
