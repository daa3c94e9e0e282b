
namespace FLTS.Modules.Storage;

/// <summary>Objects in buckets: S3, or a folder. A put is atomic: readers see all of an object or none of it.</summary>
/// <remarks>
/// Every member throws <see cref="UnavailableException"/> when the store refuses or cannot be reached (wrong credentials, no network,
/// disk full), after its own retries.
/// </remarks>
internal interface IObjectStore
{
    /// <summary>Writes or overwrites an object, durably.</summary>
    Task PutAsync(ObjectKey key, Stream content, CancellationToken cancellation);

    /// <summary>
    /// The same of an object that <paramref name="write"/> makes. What it throws comes through, and the object is as it was.
    /// </summary>
    async Task PutAsync(ObjectKey key, Func<Stream, Task> write, CancellationToken cancellation)
    {
        using var local = new LocalFile();
        await using (var stream = local.OpenWrite())
            await write(stream);

        await using var written = local.OpenRead();
        await PutAsync(key, written, cancellation);
    }

    /// <summary>Opens an object for reading.</summary>
    /// <exception cref="NotFoundException">No such object.</exception>
    Task<Stream> OpenReadAsync(ObjectKey key, CancellationToken cancellation);

    /// <summary>Size and time of an object; null where there is none.</summary>
    Task<StoredObject?> StatAsync(ObjectKey key, CancellationToken cancellation);

    /// <summary>All objects of a bucket whose key begins with <paramref name="prefix"/>, in key order.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(string bucket, string prefix, CancellationToken cancellation);

    /// <summary>Removes an object; no error where there is none.</summary>
    Task DeleteAsync(ObjectKey key, CancellationToken cancellation);

    /// <summary>
    /// Removes every object whose key begins with that of <paramref name="prefix"/>; after a kill it goes on where it was.
    /// </summary>
    /// <returns>Bytes that were removed.</returns>
    Task<long> RemoveAsync(ObjectKey prefix, CancellationToken cancellation) => this.RemoveEachAsync(prefix, cancellation);

    /// <summary>A quick look whether it answers.</summary>
    Task CheckAsync(CancellationToken cancellation) => StatAsync(ObjectKeys.Pointer(new(".check")), cancellation);

    /// <summary>Makes the buckets where missing, then writes, reads and deletes a probe.</summary>
    Task ProbeAsync(CancellationToken cancellation);
}

/// <summary>An object in a listing.</summary>
/// <param name="Key">Where it lies.</param>
/// <param name="Size">In bytes.</param>
/// <param name="ModifiedAt">When it was written.</param>
/// <param name="ContentTag">Another one as soon as the content is another (S3's ETag); null where the store keeps none.</param>
internal sealed record StoredObject(ObjectKey Key, long Size, DateTimeOffset ModifiedAt, string? ContentTag = null);
