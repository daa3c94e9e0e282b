using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Datasets;

/// <summary>
/// Asks for data to be prepared: what a request does to a dataset's row. Every method is part of the caller's transaction.
/// </summary>
internal static class DatasetRequests
{
    /// <summary>Writes the dataset, or asks for it again where it could not be prepared (or is to be prepared anew).</summary>
    /// <exception cref="ConflictException">It is to be prepared anew, and a pipeline works with it.</exception>
    public static async Task EnsureAsync(RegistryDbContext db, PlannedData data, DateTimeOffset now, CancellationToken cancellation)
    {
        var isNew = await db.InsertIfAbsentAsync(
            new DatasetRow
            {
                ConfigHash = data.ConfigHash,
                Identifier = data.Identifier,
                SourceName = data.Source,
                Config = data.Config,
                Status = DatasetStatus.Queued,
                CreatedAt = now,
            },
            cancellation);
        if (isNew)
            return;

        // Asking again for data that could not be prepared is asking to try again.
        if (data.Anew)
            await RefuseInUseAsync(db, data.ConfigHash, cancellation);
        await RequeueAsync(db, data.ConfigHash, always: data.Anew, cancellation);
    }

    /// <summary>Data is not prepared again under the hands of a pipeline.</summary>
    /// <exception cref="ConflictException">A pipeline that has not ended has this data.</exception>
    public static async Task RefuseInUseAsync(RegistryDbContext db, ConfigHash configHash, CancellationToken cancellation)
    {
        var inUse = db.Pipelines.Unfinished().Where(p => p.ConfigHash == configHash).Select(p => (PipelineId?)p.PipelineId);
        if (await inUse.FirstOrDefaultAsync(cancellation) is { } other)
        {
            throw new ConflictException(
                $"The data {configHash} cannot be prepared again now: pipeline {other} works with it. "
                + "Cancel that first, or wait for its end.");
        }
    }

    /// <summary>
    /// Asks for data that could not be prepared (or, <paramref name="always"/>, that is to be prepared again) to be prepared.
    /// </summary>
    /// <exception cref="ConflictException">It is being pruned at this moment.</exception>
    public static async Task RequeueAsync(RegistryDbContext db, ConfigHash configHash, bool always, CancellationToken cancellation)
    {
        await RetentionMarks.UseAsync(db, configHash, cancellation);
        await db.Datasets
            .Where(d => d.ConfigHash == configHash && (d.Status == DatasetStatus.Failed || (always && d.Status == DatasetStatus.Ready)))
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(d => d.Status, DatasetStatus.Queued)
                    .SetProperty(d => d.Tries, 0)
                    .SetProperty(d => d.Deaths, 0)
                    .SetProperty(d => d.Faults, 0)
                    .SetProperty(d => d.PrunedAt, (DateTimeOffset?)null)
                    .SetProperty(d => d.NextAttemptAt, (DateTimeOffset?)null),
                cancellation);
    }
}
