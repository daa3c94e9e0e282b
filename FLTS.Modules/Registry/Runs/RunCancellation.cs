using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Runs;

/// <summary>Ends a run by hand.</summary>
internal sealed class RunCancellation(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    /// <summary>Cancels a run; whoever works on it sees that within a second and stops.</summary>
    /// <returns>The run as it is now.</returns>
    /// <exception cref="NotFoundException">No such run.</exception>
    /// <exception cref="ConflictException">It has ended.</exception>
    public async Task<RunRow> CancelAsync(RunId runId, string reason, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var cancelled = await RunOutcomes.CancelAsync(db.Runs.Where(r => r.RunId == runId), reason, time.GetUtcNow(), cancellation) == 1;
        var run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.RunId == runId, cancellation)
            ?? throw new NotFoundException($"There is no run '{runId}'. GET /runs lists them.");
        return cancelled ? run : throw new ConflictException(
            $"Run {runId} has ended already: it is {SnakeCase.Of(run.Status)}. "
            + "Only a run that is queued, running or storing can be cancelled.");
    }
}
