using FLTS.Forecasting.Preparation;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Artifacts;

/// <summary>Reads processed data; the last few datasets are kept weakly, so that trainings side by side read once.</summary>
internal sealed class ProcessedData(IDbContextFactory<RegistryDbContext> registry, IObjectStore store) : IProcessedData, IDisposable
{
    private readonly Dictionary<ConfigHash, WeakReference<PreparedDataset>> _open = [];
    private readonly SemaphoreSlim _one = new(1);

    public async Task<PreparedDataset> OpenAsync(ConfigHash configHash, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            if (_open.TryGetValue(configHash, out var reference) && reference.TryGetTarget(out var known))
                return known;

            var dataset = await ReadAsync(configHash, cancellation);
            foreach (var gone in _open.Where(o => !o.Value.TryGetTarget(out _)).Select(o => o.Key).ToList())
                _open.Remove(gone);

            _open[configHash] = new WeakReference<PreparedDataset>(dataset);
            return dataset;
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task<DatasetMeta> MetaAsync(ConfigHash configHash, CancellationToken cancellation)
    {
        var row = await RowAsync(configHash, cancellation);
        using var metaFile = await CheckedAsync(ObjectKeys.Meta(configHash), row.MetaSha256!, cancellation);
        return ProcessedFiles.ReadMeta(metaFile.ReadAll());
    }

    public void Dispose() => _one.Dispose();

    private async Task<DatasetRow> RowAsync(ConfigHash configHash, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var row = await db.Datasets.AsNoTracking().SingleOrDefaultAsync(d => d.ConfigHash == configHash, cancellation);
        return row?.Status == DatasetStatus.Ready
            ? row
            : throw new NotFoundException($"The data {configHash} is not prepared{(row?.Error is { } error ? $": {error}" : ".")}");
    }

    private async Task<PreparedDataset> ReadAsync(ConfigHash configHash, CancellationToken cancellation)
    {
        var row = await RowAsync(configHash, cancellation);
        using var metaFile = await CheckedAsync(ObjectKeys.Meta(configHash), row.MetaSha256!, cancellation);
        using var trainFile = await CheckedAsync(ObjectKeys.Train(configHash), row.TrainSha256!, cancellation);
        using var testFile = await CheckedAsync(ObjectKeys.Test(configHash), row.TestSha256!, cancellation);
        await using var train = trainFile.OpenRead();
        await using var test = testFile.OpenRead();
        return await ProcessedFiles.ReadAsync(ProcessedFiles.ReadMeta(metaFile.ReadAll()), train, test, cancellation);
    }

    /// <summary>A local copy, not memory: the bytes of a long series are half as large as its numbers.</summary>
    private async Task<LocalFile> CheckedAsync(ObjectKey key, string sha256, CancellationToken cancellation)
    {
        var copy = new LocalFile();
        try
        {
            await using var stored = new HashingStream(await store.OpenReadAsync(key, cancellation), key.ToString());
            await using (var local = copy.OpenWrite())
                await stored.CopyToAsync(local, cancellation);
            var found = stored.Finish();
            return found == sha256
                ? copy
                : throw new CorruptArtifactException(
                    $"{key} was changed after it was written: its SHA-256 is {found}, recorded is {sha256}.");
        }
        catch (Exception e)
        {
            copy.Dispose();
            if (e is NotFoundException)
                throw new CorruptArtifactException($"{key} is gone from the object store.", e);
            if (e is IOException)
                throw new UnavailableException($"No local copy of {key} can be made: {e.Message}", e);
            throw;
        }
    }
}
