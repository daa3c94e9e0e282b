using FLTS.Modules.Contracts;
using FLTS.Modules.Forecasting;
using FLTS.Modules.Forecasting.Preparation;
using FLTS.Modules.Registry;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Inference;

/// <summary>From a line of the ledger to a model that answers.</summary>
internal sealed class ServedModelLoader(IDbContextFactory<RegistryDbContext> registry, ModelLoader loader, IProcessedData data)
{
    /// <summary>The lines in force.</summary>
    public async Task<List<ServedRecord>> ChampionsAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Champions.AsNoTracking()
            .Where(c => c.Version == db.Champions.Where(o => o.Identifier == c.Identifier).Max(o => o.Version))
            .Join(db.Runs, c => c.RunId, r => r.RunId, (c, r) => new ServedRecord(c.Identifier, c.Version, c.RunId, r.Attempt, r.ManifestSha256, c.ModelType, c.ConfigHash))
            .ToListAsync(cancellation);
    }

    /// <summary>A model alone, without the newest rows: what is possible while the database is away, and the store too where the files are in the cache.</summary>
    /// <exception cref="FltsException">The model cannot be loaded; the message says why.</exception>
    public async Task<ServedModel> LoadFromCacheAsync(ServedRecord champion, CancellationToken cancellation) =>
        new(champion.Identifier, champion.Version, await LoadFilesAsync(champion, cancellation), null, "database and object store have not been reached since this process started", isFromCache: true);

    /// <exception cref="FltsException">The model cannot be loaded; the message says why.</exception>
    public async Task<ServedModel> LoadAsync(ServedRecord champion, CancellationToken cancellation)
    {
        var loaded = await LoadFilesAsync(champion, cancellation);
        try
        {
            var (newest, reason) = await NewestAsync(champion.ConfigHash, loaded, cancellation);
            if (newest is not null)
                _ = loaded.Forecaster.Forecast(newest, [newest.Rows - 1], 1); // The first forecast warms what a client would wait for.

            return new ServedModel(champion.Identifier, champion.Version, loaded, newest, reason, isFromCache: false);
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    private async Task<LoadedModel> LoadFilesAsync(ServedRecord champion, CancellationToken cancellation) =>
        await loader.LoadAsync(champion.RunId, champion.Attempt, champion.ManifestSha256 ?? throw new CorruptArtifactException($"Run {champion.RunId} has no artifacts any more."), cancellation);

    /// <summary>The end of the data that the model came from: train's tail and test, as far as the model looks back.</summary>
    private async Task<(PreparedSeries? Newest, string? Reason)> NewestAsync(string configHash, LoadedModel loaded, CancellationToken cancellation)
    {
        PreparedDataset dataset;
        try
        {
            dataset = await data.OpenAsync(configHash, cancellation);
        }
        catch (FltsException e)
        {
            return (null, e.Message);
        }

        var need = Math.Max(1, loaded.Manifest.InputLen) + (loaded.Config.Lags.Count == 0 ? 0 : loaded.Config.Lags[^1]);
        var series = SeriesJoin.Join(dataset.Train, Math.Max(0, dataset.Train.Rows - need), dataset.Test);
        var first = series.Rows - need;
        return first >= 0 && series.Segments[first] == series.Segments[^1]
            ? (Tail(series, first), null)
            : (null, $"the data ends with fewer than {need} rows without a gap");
    }

    private static PreparedSeries Tail(PreparedSeries series, int first) => new()
    {
        Timestamps = series.Timestamps[first..],
        Segments = series.Segments[first..],
        Step = series.Step,
        Columns = series.Columns,
        Values = [.. series.Values.Select(v => v[first..])],
        Observed = [.. series.Observed.Select(o => o[first..])],
        Targets = series.Targets,
        FlatTargets = series.FlatTargets,
    };
}
