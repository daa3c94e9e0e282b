using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Attempts;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Ledger;

namespace FLTS.Modules.Inference.Models;

/// <summary>From a line of the ledger to a model that answers.</summary>
internal sealed class ServedModelLoader(
    LedgerReader ledger,
    ShownPromotions shown,
    ModelLoader loader,
    ModelSlots slots,
    NewestRows newest,
    IntervalLook intervals,
    DatasetReader datasets)
{
    /// <summary>Promotions that this process tells of.</summary>
    public ShownPromotions Shown => shown;

    /// <summary>The models in force.</summary>
    public Task<List<ServedChampion>> ChampionsAsync(CancellationToken cancellation) => ledger.InForceAsync(cancellation);

    /// <summary>
    /// A model alone, without the newest rows: what is possible while the database is away, and the store too
    /// where the files are in the cache.
    /// </summary>
    /// <exception cref="FltsException">The model cannot be loaded; the message says why.</exception>
    public async Task<ServedModel> LoadFromCacheAsync(ServedChampion champion, CancellationToken cancellation) =>
        new(
            champion.Identifier,
            champion.Version,
            await LoadFilesAsync(champion, cancellation),
            NewestRows.None("database and object store have not been reached since this process started"),
            isFromCache: true);

    /// <exception cref="FltsException">The model cannot be loaded; the message says why.</exception>
    public async Task<ServedModel> LoadAsync(ServedChampion champion, CancellationToken cancellation)
    {
        var loaded = await LoadFilesAsync(champion, cancellation);
        try
        {
            var rows = await newest.OfTrainingAsync(loaded, cancellation);
            if (rows.Series is { } series)
                // The first forecast warms what a client would wait for.
                _ = loaded.Forecaster.Forecast(SeriesWindows.Of(series, [series.Rows - 1]), 1);

            var model = new ServedModel(champion.Identifier, champion.Version, loaded, rows, isFromCache: false)
            {
                LeftOut = await datasets.LeftOutOfAsync(loaded.Manifest.ConfigHash, cancellation),
                Adapted = await intervals.OfAsync(champion.Identifier, loaded, cancellation),
            };
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

    /// <summary>How far the intervals of models have adapted since they were loaded.</summary>
    public Task LookForIntervalsAsync(IReadOnlyCollection<ServedModel> models, CancellationToken cancellation) =>
        intervals.LookAsync(models, cancellation);

    /// <summary>
    /// Whatever is loaded of the same run already is shared: for another identifier, by a rollback, or among the members of another.
    /// </summary>
    private async Task<LoadedModel> LoadFilesAsync(ServedChampion champion, CancellationToken cancellation) =>
        slots.Share(champion.RunId, champion.Attempt) ?? await loader.LoadAsync(
            champion.RunId,
            champion.Attempt,
            champion.ManifestSha256 ?? throw new CorruptArtifactException($"Run {champion.RunId} has no artifacts any more."),
            ArtifactSource.Cache,
            cancellation,
            slots.Share);
}
