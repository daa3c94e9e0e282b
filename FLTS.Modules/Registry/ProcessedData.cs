using System.Security.Cryptography;
using FLTS.Modules.Contracts;
using FLTS.Modules.Forecasting.Preparation;
using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry;

/// <summary>Reads processed data; the last few datasets are kept weakly, so that trainings side by side read once.</summary>
internal sealed class ProcessedData(IDbContextFactory<RegistryDbContext> registry, IObjectStore store) : IProcessedData, IDisposable
{
    private readonly Dictionary<string, WeakReference<PreparedDataset>> _open = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _one = new(1);

    public async Task<PreparedDataset> OpenAsync(string configHash, CancellationToken cancellation)
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

    public void Dispose() => _one.Dispose();

    private async Task<PreparedDataset> ReadAsync(string configHash, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var row = await db.Datasets.AsNoTracking().SingleOrDefaultAsync(d => d.ConfigHash == configHash && d.Status == DatasetStatus.Ready, cancellation)
            ?? throw new NotFoundException($"The data {configHash} is not prepared.");
        var meta = ProcessedFiles.ReadMeta((await CheckedAsync(ObjectKeys.Meta(configHash), row.MetaSha256!, cancellation)).ToArray());
        await using var train = await CheckedAsync(ObjectKeys.Train(configHash), row.TrainSha256!, cancellation);
        await using var test = await CheckedAsync(ObjectKeys.Test(configHash), row.TestSha256!, cancellation);
        return await ProcessedFiles.ReadAsync(meta, train, test, cancellation);
    }

    private async Task<MemoryStream> CheckedAsync(ObjectKey key, string sha256, CancellationToken cancellation)
    {
        MemoryStream bytes;
        try
        {
            bytes = await store.ReadAllAsync(key, cancellation);
        }
        catch (NotFoundException e)
        {
            throw new CorruptArtifactException($"{key} is gone from the object store.", e);
        }

        var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(bytes, cancellation));
        bytes.Position = 0;
        return found == sha256 ? bytes : throw new CorruptArtifactException($"{key} was changed after it was written: its SHA-256 is {found}, recorded is {sha256}.");
    }
}
