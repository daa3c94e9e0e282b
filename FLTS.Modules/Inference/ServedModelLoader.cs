using FLTS.Modules.Contracts;
using FLTS.Modules.Forecasting;
using FLTS.Modules.Forecasting.Preparation;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Inference;

/// <summary>From a line of the ledger to a model that answers.</summary>
internal sealed class ServedModelLoader(IDbContextFactory<RegistryDbContext> registry, ModelLoader loader, IProcessedData data)
{
    /// <summary>The lines in force.</summary>
    public async Task<List<ChampionRow>> ChampionsAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Champions.AsNoTracking().Where(c => c.Version == db.Champions.Where(o => o.Identifier == c.Identifier).Max(o => o.Version)).ToListAsync(cancellation);
    }

    /// <exception cref="FltsException">The model cannot be loaded; the message says why.</exception>
    public async Task<ServedModel> LoadAsync(ChampionRow champion, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var run = await db.Runs.AsNoTracking().SingleAsync(r => r.RunId == champion.RunId, cancellation);
        var loaded = await loader.LoadAsync(run.RunId, run.Attempt, run.ManifestSha256!, cancellation);
        try
        {
            var (newest, reason) = await NewestAsync(champion.ConfigHash, loaded, cancellation);
            if (newest is not null)
                _ = loaded.Forecaster.Forecast(newest, [newest.Rows - 1], 1); // The first forecast warms what a client would wait for.

            return new ServedModel(champion.Identifier, champion.Version, loaded, newest, reason);
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

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
