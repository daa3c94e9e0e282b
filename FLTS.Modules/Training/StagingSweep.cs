using FLTS.Modules.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Training;

/// <summary>Removes the local files of runs that have ended: cancelled while they waited to be stored, or stored by a process that died before it tidied up.</summary>
internal sealed partial class StagingSweep(IDbContextFactory<RegistryDbContext> registry, Staging staging, IStartupGate gate, ILogger<StagingSweep> logger)
    : WakeableLoop(gate, TimeSpan.FromSeconds(30), logger)
{
    internal override async Task LookAsync(CancellationToken cancellation)
    {
        var here = staging.RunIds();
        if (here.Count == 0)
            return;

        await using var db = await registry.CreateDbContextAsync(cancellation);

        // A lease that is held: its worker is about to tidy up by itself. A run without a row belongs to a registry this process does not see.
        var ended = await db.Runs
            .Where(r => here.Contains(r.RunId) && r.LeaseOwner == null && !db.Runs.Alive().Any(a => a.RunId == r.RunId))
            .Select(r => r.RunId)
            .ToListAsync(cancellation);
        foreach (var runId in ended)
        {
            staging.Remove(runId);
            LogRemoved(logger, runId);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {run_id} has ended: its local files were removed")]
    private static partial void LogRemoved(ILogger logger, RunId run_id);
}
