using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Training;

/// <summary>Runs that wait for a dataset which is now ready.</summary>
internal sealed class QueuedRuns(IDbContextFactory<RegistryDbContext> registry, IJobQueues jobs)
{
    /// <summary>Queues a training job for every queued run of a type on this data.</summary>
    public async Task EnqueueAsync(ConfigHash configHash, string modelType, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var runs = await db.Runs.AsNoTracking()
            .Where(r => r.ConfigHash == configHash && r.ModelType == modelType && r.Status == RunStatus.Queued)
            .Select(r => new { r.RunId, r.Identifier })
            .ToListAsync(cancellation);
        foreach (var run in runs)
            jobs.Train(run.RunId, modelType, run.Identifier, configHash);
    }
}
