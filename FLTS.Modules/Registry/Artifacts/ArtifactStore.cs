using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;

namespace FLTS.Modules.Registry.Artifacts;

/// <summary>Where verified artifacts are kept for the next reading.</summary>
internal sealed record ArtifactCacheFolder(string Path);

/// <summary>
/// Artifacts on the object store, with a cache of verified files on this machine's disk. The cache is addressed by content: a file is
/// used only if its bytes hash to what the manifest says, so it can neither be stale nor wrong, and it serves while the store is away.
/// Who asks for what the store holds now gets it from the cache only where the store tells that the object is the one verified before.
/// </summary>
internal sealed class ArtifactStore(IObjectStore store, ArtifactCacheFolder cache, ArtifactMetrics metrics) : IArtifactStore
{
    private const string ManifestName = "manifest.json";
    private const int LargestManifest = 1 << 20;
    private const long LargestFile = 1L << 30;

    /// <summary>
    /// What the store's objects were tagged with when their bytes were verified here; with another tag they are read again.
    /// </summary>
    private readonly ConcurrentDictionary<ObjectKey, (string Tag, string Sha256)> _verified = new();

    public async Task<string> UploadAsync(RunId runId, int attempt, string stagingFolder, CancellationToken cancellation)
    {
        var manifestBytes = await File.ReadAllBytesAsync(Path.Combine(stagingFolder, ManifestName), cancellation);
        foreach (var file in Parse(manifestBytes, runId).Files)
        {
            await using var content = File.OpenRead(Path.Combine(stagingFolder, file.Path));
            await store.PutAsync(ObjectKeys.Artifact(runId, attempt, file.Path), content, cancellation);
            FaultPoint.Reach("upload.file-written");
        }

        // Last: what has a manifest is complete.
        FaultPoint.Reach("upload.before-manifest");
        await store.PutAsync(ObjectKeys.Manifest(runId, attempt), manifestBytes, cancellation);
        FaultPoint.Reach("upload.manifest-written");
        return Hash(manifestBytes);
    }

    public async Task<StoredModel?> FindUploadedAsync(RunId runId, int attempt, CancellationToken cancellation)
    {
        var key = ObjectKeys.Manifest(runId, attempt);
        if (await store.StatAsync(key, cancellation) is null)
            return null;

        try
        {
            using var manifest = await store.ReadAllAsync(key, cancellation);
            return await OpenAsync(runId, attempt, Hash(manifest.ToArray()), ArtifactSource.Store, cancellation);
        }
        catch (FltsException e) when (e is CorruptArtifactException or NotFoundException)
        {
            return null;
        }
    }

    public async Task<StoredModel> OpenAsync(
        RunId runId, int attempt, string manifestSha256, ArtifactSource source, CancellationToken cancellation)
    {
        var manifestBytes = await ReadAsync(ObjectKeys.Manifest(runId, attempt), null, manifestSha256, source, cancellation);
        var manifest = Parse(manifestBytes, runId);
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in manifest.Files)
            files[file.Path] = await ReadAsync(
                ObjectKeys.Artifact(runId, attempt, file.Path), file.Size, file.Sha256, source, cancellation);

        return new StoredModel(manifest, manifestSha256, files);
    }

    private async Task<byte[]> ReadAsync(ObjectKey key, long? size, string sha256, ArtifactSource source, CancellationToken cancellation)
    {
        if (size > LargestFile)
            throw new CorruptArtifactException($"{key} claims {size} bytes; no artifact is larger than {LargestFile}.");

        var cached = Path.Combine(cache.Path, sha256);
        var stored = source == ArtifactSource.Store ? await StatAsync(key, size, cancellation) : null;
        var isUsable = source == ArtifactSource.Cache
            || (stored?.ContentTag is { } known && _verified.TryGetValue(key, out var verified) && verified == (known, sha256));
        if (isUsable && await CachedAsync(cached, sha256, cancellation) is { } bytes)
        {
            metrics.Hit();
            return bytes;
        }

        metrics.Miss();
        stored ??= await StatAsync(key, size, cancellation);
        using var read = await store.ReadAllAsync(key, cancellation);
        var content = read.ToArray();
        var found = Hash(content);
        if (found != sha256)
            throw new CorruptArtifactException($"{key} was changed after it was written: its SHA-256 is {found}, recorded is {sha256}.");

        if (stored.ContentTag is { } tag)
            _verified[key] = (tag, sha256);
        Keep(cached, content);
        return content;
    }

    private async Task<StoredObject> StatAsync(ObjectKey key, long? size, CancellationToken cancellation)
    {
        var stored = await store.StatAsync(key, cancellation)
            ?? throw new CorruptArtifactException($"{key} is missing from the object store.");
        return size is null || stored.Size == size
            ? stored
            : throw new CorruptArtifactException($"{key} has {stored.Size} bytes; the manifest says {size}.");
    }

    /// <summary>Null: not there, not readable, or not what it should be; then the store is asked.</summary>
    private static async Task<byte[]?> CachedAsync(string path, string sha256, CancellationToken cancellation)
    {
        try
        {
            return File.Exists(path) && await File.ReadAllBytesAsync(path, cancellation) is var bytes && Hash(bytes) == sha256
                ? bytes
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Keep(string path, byte[] content)
    {
        try
        {
            AtomicFile.Write(path, content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without a cache the next reading is slower, nothing else.
        }
    }

    private static ArtifactManifest Parse(byte[] bytes, RunId runId)
    {
        if (bytes.Length > LargestManifest)
            throw new CorruptArtifactException(
                $"The manifest of run {runId} has {bytes.Length} bytes; none is larger than {LargestManifest}.");

        try
        {
            var manifest = JsonSerializer.Deserialize<ArtifactManifest>(bytes, RegistryJson.Options);
            if (manifest?.RunId != runId)
                throw new CorruptArtifactException($"The manifest of run {runId} names run {manifest?.RunId}.");
            if (manifest.Files is null || manifest.Files.FirstOrDefault(f => !IsPlain(f)) is not null)
                throw new CorruptArtifactException($"The manifest of run {runId} must list files by relative path, size and SHA-256.");

            return manifest;
        }
        catch (JsonException e)
        {
            throw new CorruptArtifactException($"The manifest of run {runId} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Paths and hashes become names on disk here: nothing in them may lead elsewhere.</summary>
    private static bool IsPlain(ManifestFile? file) =>
        file is { Path: { } path, Sha256: { Length: 64 } hash, Size: >= 0 }
        && hash.All(char.IsAsciiHexDigitLower)
        && path.Split('/').All(p => p is not ("" or "." or ".."))
        && path.AsSpan().IndexOfAny('\\', ':', '\0') < 0;

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
