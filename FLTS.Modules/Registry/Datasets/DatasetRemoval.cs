using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Registry.Datasets;

/// <summary>What a removal takes, and whom it concerns.</summary>
/// <param name="Name">Of the dataset.</param>
/// <param name="Versions">Of its files that are stored.</param>
/// <param name="Bytes">Of all of them; those that another dataset has too stay for that one.</param>
/// <param name="Measurements">Rows that came after its files, corrections among them; of its series too.</param>
/// <param name="Stations">Whose champions in force forecast from its newest rows.</param>
/// <param name="OfferedAgain">A file of its name lies in the datasets folder: it is offered again at once.</param>
internal sealed record RemovedDataset(
    DatasetName Name, int Versions, long Bytes, long Measurements, IReadOnlyList<Identifier> Stations, bool OfferedAgain);

/// <summary>
/// Removes a dataset: its sources, options and measurements. Runs, what was prepared for them, and the ledger, which names it, stay.
/// </summary>
internal sealed partial class DatasetRemoval(
    IDbContextFactory<RegistryDbContext> registry,
    SourceVersions versions,
    SourceFolder folder,
    ObjectRemoval removal,
    IObjectStore store,
    TimeProvider time,
    ILogger<DatasetRemoval> logger)
{
    /// <summary>
    /// Removes everything that is stored of a dataset. Bytes that another dataset has too are its own. A file of the datasets folder is not
    /// ours: as long as it is there, it is offered.
    /// </summary>
    /// <exception cref="InvalidInputException">Not a name.</exception>
    /// <exception cref="NotFoundException">No such dataset, or it is a series of one.</exception>
    /// <exception cref="ConflictException">A pipeline that has not ended uses it; names that.</exception>
    /// <exception cref="UnavailableException">The store refuses.</exception>
    public async Task RemoveAsync(DatasetName name, CancellationToken cancellation)
    {
        DatasetNames.Check(name);
        ObjectKey[] offered = [.. Names(name).Select(f => new ObjectKey(ObjectKeys.DatasetBucket, f))];
        var isOffered = false;
        foreach (var key in offered)
            isOffered |= await store.StatAsync(key, cancellation) is not null;

        if (!await ForgetAsync(name, cancellation) && !isOffered && !Names(name).Any(f => File.Exists(Path.Combine(folder.Path, f))))
            throw Unknown(name);

        versions.CountAddition();
        foreach (var key in offered)
            await store.DeleteAsync(key, cancellation);
        LogRemoved(logger, name);
        try
        {
            await removal.TryFinishAsync(cancellation);
        }
        catch (UnavailableException e)
        {
            LogLater(logger, name, e.Message);
        }
    }

    /// <summary>What <see cref="RemoveAsync"/> would remove now; nothing is.</summary>
    /// <exception cref="InvalidInputException">As there.</exception>
    /// <exception cref="NotFoundException">As there.</exception>
    /// <exception cref="ConflictException">As there.</exception>
    public async Task<RemovedDataset> LookAsync(DatasetName name, CancellationToken cancellation)
    {
        DatasetNames.Check(name);
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await RefuseInUseAsync(db, name, cancellation);
        var sizes = await db.Sources.Where(s => s.Name == name && s.PrunedAt == null).Select(s => s.Size).ToListAsync(cancellation);
        var isInFolder = Names(name).Any(f => File.Exists(Path.Combine(folder.Path, f)));
        var isKnown = isInFolder || sizes.Count > 0 || await db.SourceOptions.AnyAsync(o => o.Name == name, cancellation);
        foreach (var file in isKnown ? [] : Names(name))
            isKnown |= await store.StatAsync(new ObjectKey(ObjectKeys.DatasetBucket, file), cancellation) is not null;
        if (!isKnown)
            throw Unknown(name);

        var logs = await LogsAsync(db, name, cancellation);
        var stations = await db.ChampionsInForce()
            .Join(db.Datasets, c => c.ConfigHash, d => d.ConfigHash, (c, d) => new { c.Identifier, d.SourceName })
            .ToListAsync(cancellation);
        return new RemovedDataset(
            name,
            sizes.Count,
            sizes.Sum(),
            await db.Measurements.LongCountAsync(m => logs.Contains(m.Dataset), cancellation),
            [.. stations.Where(s => s.SourceName == name || SourceSeries.WholesOf(s.SourceName).Contains(name))
                .Select(s => s.Identifier).Distinct().OrderBy(i => i.Value, StringComparer.Ordinal)],
            isInFolder);
    }

    private static NotFoundException Unknown(DatasetName name) =>
        new($"There is no dataset '{name}' with files of its own. GET /datasets lists them.");

    /// <summary>What people call the files of a dataset that they put into the folder, or the bucket.</summary>
    private static string[] Names(DatasetName name) => [$"{name}.csv", $"{name}{DatasetNames.TestSuffix}.csv"];

    /// <returns>False: there were no rows.</returns>
    private async Task<bool> ForgetAsync(DatasetName name, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);

        // Locks the rows that whoever posts a pipeline locks: one of the two waits for the other.
        var mine = db.Sources.Where(s => s.Name == name);
        await mine.ExecuteUpdateAsync(set => set.SetProperty(s => s.Size, s => s.Size), cancellation);
        await RefuseInUseAsync(db, name, cancellation);
        var hashes = await mine
            .Where(s => !db.Sources.Any(o => o.Sha256 == s.Sha256 && o.Name != name))
            .Select(s => s.Sha256)
            .Distinct()
            .ToListAsync(cancellation);
        foreach (var sha256 in hashes)
        {
            await RetentionMarks.UseAsync(db, RetentionKind.Source, [sha256], cancellation);
            await db.InsertIfAbsentAsync(Prunings.Taken(RetentionKind.Source, sha256, time.GetUtcNow()), cancellation);
        }

        foreach (var log in await LogsAsync(db, name, cancellation))
            await MeasurementLog.DeleteAsync(db, log, cancellation);

        // A file that is followed is read from its beginning when it is offered again.
        await db.FollowedFiles.Where(f => f.Name == name).ExecuteDeleteAsync(cancellation);
        var rows = await mine.ExecuteDeleteAsync(cancellation)
            + await db.SourceOptions.Where(o => o.Name == name).ExecuteDeleteAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        FaultPoint.Reach("dataset.rows-removed");
        return rows > 0;
    }

    /// <summary>Its log, and those of the series that its files hold.</summary>
    private static async Task<List<DatasetName>> LogsAsync(RegistryDbContext db, DatasetName name, CancellationToken cancellation)
    {
        var logs = await db.MeasurementLogs.Select(l => l.Dataset).ToListAsync(cancellation);
        var own = await db.Sources.Select(s => s.Name).Distinct().ToListAsync(cancellation);
        return logs.FindAll(l => l == name || (SourceSeries.WholesOf(l).Contains(name) && !own.Contains(l)));
    }

    /// <summary>A pipeline reads the files until its data is prepared, and those of a series are those of the whole.</summary>
    private static async Task RefuseInUseAsync(RegistryDbContext db, DatasetName name, CancellationToken cancellation)
    {
        var unfinished = await db.Pipelines.Unfinished().Select(p => new { p.PipelineId, p.Dataset }).ToListAsync(cancellation);
        if (unfinished.FirstOrDefault(p => p.Dataset == name || SourceSeries.WholesOf(p.Dataset).Contains(name)) is { } user)
        {
            throw new ConflictException(
                $"The dataset '{name}' cannot be removed now: pipeline {user.PipelineId} uses it. Cancel that first, or wait for its end.");
        }
    }

    [LoggerMessage(EventName = "dataset_removed", Level = LogLevel.Information, Message = "The dataset '{name}' is removed")]
    private static partial void LogRemoved(ILogger logger, DatasetName name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The bytes of the dataset '{name}' are removed when the store is back: {reason}")]
    private static partial void LogLater(ILogger logger, DatasetName name, string reason);
}
