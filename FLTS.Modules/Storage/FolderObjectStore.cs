using System.Runtime.CompilerServices;

namespace FLTS.Modules.Storage;

/// <summary>
/// Objects as files below a root, buckets as folders. A put writes aside, flushes to disk and renames: readers see all or nothing.
/// </summary>
internal sealed class FolderObjectStore(string root, TimeProvider time) : IObjectStore
{
    private readonly string _root = Path.GetFullPath(root);

    public Task PutAsync(ObjectKey key, Stream content, CancellationToken cancellation) =>
        PutAsync(key, file => content.CopyToAsync(file, cancellation), cancellation);

    /// <summary>Made where it will be: a copy on its way there would be as much again to write.</summary>
    public Task PutAsync(ObjectKey key, Func<Stream, Task> write, CancellationToken cancellation) => GuardAsync(key.ToString(), async () =>
    {
        await AtomicFile.WriteAsync(
            PathOf(key),
            async file =>
            {
                await write(file);
                FaultPoint.Reach("object.written-aside");
            },
            time);
        return true;
    });

    public Task<Stream> OpenReadAsync(ObjectKey key, CancellationToken cancellation) => GuardAsync<Stream>(key.ToString(), () =>
    {
        var path = PathOf(key);
        try
        {
            return Task.FromResult<Stream>(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.Asynchronous));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && Directory.Exists(_root))
        {
            throw new NotFoundException($"There is no object {key}.");
        }
    });

    public Task<StoredObject?> StatAsync(ObjectKey key, CancellationToken cancellation) => GuardAsync(key.ToString(), () =>
    {
        var file = new FileInfo(PathOf(key));
        if (file.Exists)
            return Task.FromResult<StoredObject?>(new StoredObject(key, file.Length, file.LastWriteTimeUtc));

        RequireRoot();
        return Task.FromResult<StoredObject?>(null);
    });

    public async IAsyncEnumerable<StoredObject> ListAsync(
        string bucket,
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var folder = Path.Combine(_root, bucket);

        // A prefix that names a folder is looked for there alone: a bucket may hold a hundred thousand files.
        var below = prefix.LastIndexOf('/') is var end and > 0 ? PathOf(new ObjectKey(bucket, prefix[..end])) : folder;
        var found = await GuardAsync(bucket, () =>
        {
            RequireRoot();
            return Task.FromResult(Directory.Exists(below)
                ? Directory.EnumerateFiles(below, "*", SearchOption.AllDirectories)
                    .Select(f => (Key: Path.GetRelativePath(folder, f).Replace(Path.DirectorySeparatorChar, '/'), File: f))
                    .Where(f =>
                        f.Key.StartsWith(prefix, StringComparison.Ordinal)
                        && !f.Key.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal))
                    .OrderBy(f => f.Key, StringComparer.Ordinal)
                    .ToList()
                : []);
        });
        foreach (var (key, path) in found)
        {
            cancellation.ThrowIfCancellationRequested();
            var file = new FileInfo(path);
            if (file.Exists)
                yield return new StoredObject(new ObjectKey(bucket, key), file.Length, file.LastWriteTimeUtc);
        }
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellation) => GuardAsync(key.ToString(), () =>
    {
        var path = PathOf(key);
        if (File.Exists(path))
            File.Delete(path);
        else
            RequireRoot();

        return Task.FromResult(true);
    });

    /// <summary>With the folders that are left empty: nobody writes there any more.</summary>
    public async Task<long> RemoveAsync(ObjectKey prefix, CancellationToken cancellation)
    {
        var bytes = await this.RemoveEachAsync(prefix, cancellation);
        return await GuardAsync(prefix.ToString(), () =>
        {
            if (prefix.Key.EndsWith('/') && PathOf(prefix with { Key = prefix.Key.TrimEnd('/') }) is var folder && Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);

            return Task.FromResult(bytes);
        });
    }

    /// <summary>Whether it is there, and its disk takes what is put next.</summary>
    public Task CheckAsync(CancellationToken cancellation) => GuardAsync(_root, () =>
    {
        RequireRoot();
        FreeRoom.Prove(_root);
        return Task.FromResult(true);
    });

    public async Task ProbeAsync(CancellationToken cancellation)
    {
        await GuardAsync(_root, () =>
        {
            foreach (var bucket in ObjectKeys.Buckets)
            {
                var folder = Directory.CreateDirectory(Path.Combine(_root, bucket));

                // What a killed process left half-written is of no use to anybody.
                var old = time.GetUtcNow().UtcDateTime.AddHours(-1);
                foreach (var left in folder.EnumerateFiles($"*{AtomicFile.TemporarySuffix}", SearchOption.AllDirectories)
                    .Where(f => f.LastWriteTimeUtc < old))
                    left.Delete();
            }

            return Task.FromResult(true);
        });
        await this.ProbeBucketAsync(ObjectKeys.ModelsBucket, cancellation);
    }

    /// <summary>A root that is gone (not mounted, moved, a file) is a store that is away, not one that lost its objects.</summary>
    private void RequireRoot()
    {
        if (!Directory.Exists(_root))
            throw new IOException($"{_root} is no folder");
    }

    /// <summary>
    /// Keys are built by <see cref="ObjectKeys"/>, but an artifact's path comes from a manifest: nothing may lead out of the bucket.
    /// </summary>
    private string PathOf(ObjectKey key)
    {
        var parts = key.Key.Split('/');
        if (parts.Any(p => p is "" or "." or "..") || key.Key.AsSpan().IndexOfAny('\\', ':', '\0') >= 0)
            throw new InvalidInputException(
                $"'{key.Key}' is no object key: parts between '/' may not be empty, '.' or '..', and must not hold '\\', ':' or NUL.");

        return Path.Combine([_root, key.Bucket, .. parts]);
    }

    private async Task<T> GuardAsync<T>(string what, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException($"The object folder {_root} refuses {what}: {e.Message}", e);
        }
    }
}
