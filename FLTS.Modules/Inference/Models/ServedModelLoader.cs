using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Artifacts;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Inference.Models;

/// <summary>From a line of the ledger to a model that answers.</summary>
internal sealed class ServedModelLoader(IDbContextFactory<RegistryDbContext> registry, ModelLoader loader, NewestRows newest)
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
        new(champion.Identifier, champion.Version, await LoadFilesAsync(champion, cancellation), NewestRows.None("database and object store have not been reached since this process started"), isFromCache: true);

    /// <exception cref="FltsException">The model cannot be loaded; the message says why.</exception>
    public async Task<ServedModel> LoadAsync(ServedRecord champion, CancellationToken cancellation)
    {
        var loaded = await LoadFilesAsync(champion, cancellation);
        try
        {
            var rows = await newest.OfTrainingAsync(loaded, cancellation);
            if (rows.Series is { } series)
                _ = loaded.Forecaster.Forecast(SeriesWindows.Of(series, [series.Rows - 1]), 1); // The first forecast warms what a client would wait for.

            var model = new ServedModel(champion.Identifier, champion.Version, loaded, rows, isFromCache: false);
            await newest.LookAsync(model, cancellation);
            return model;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>Rows of the model's dataset that came since it was loaded.</summary>
    public Task LookForNewerRowsAsync(ServedModel model, CancellationToken cancellation) => newest.LookAsync(model, cancellation);

    private async Task<LoadedModel> LoadFilesAsync(ServedRecord champion, CancellationToken cancellation) =>
        await loader.LoadAsync(champion.RunId, champion.Attempt, champion.ManifestSha256 ?? throw new CorruptArtifactException($"Run {champion.RunId} has no artifacts any more."), ArtifactSource.Cache, cancellation);
}
