
namespace FLTS.Modules.Storage;

internal static class ObjectStoreExtensions
{
    /// <summary>All bytes of an object, the stream at its start.</summary>
    public static async Task<MemoryStream> ReadAllAsync(this IObjectStore store, ObjectKey key, CancellationToken cancellation)
    {
        await using var source = await store.OpenReadAsync(key, cancellation);
        var bytes = new MemoryStream();
        try
        {
            await source.CopyToAsync(bytes, cancellation);
        }
        catch (IOException e)
        {
            throw new UnavailableException($"Reading {key} broke off: {e.Message}", e);
        }

        bytes.Position = 0;
        return bytes;
    }

    /// <summary>Writes bytes that are in memory.</summary>
    public static async Task PutAsync(this IObjectStore store, ObjectKey key, byte[] bytes, CancellationToken cancellation)
    {
        using var content = new MemoryStream(bytes, writable: false);
        await store.PutAsync(key, content, cancellation);
    }

    /// <summary>Deletes one object after another: <see cref="IObjectStore.RemoveAsync"/> of a store that can do no better.</summary>
    public static async Task<long> RemoveEachAsync(this IObjectStore store, ObjectKey prefix, CancellationToken cancellation)
    {
        var bytes = 0L;
        await foreach (var found in store.ListAsync(prefix.Bucket, prefix.Key, cancellation))
        {
            await store.DeleteAsync(found.Key, cancellation);
            bytes += found.Size;
            FaultPoint.Reach("retention.object-removed");
        }

        return bytes;
    }

    /// <summary>Proves that a store does what it must: write, read the same, delete.</summary>
    public static async Task ProbeBucketAsync(this IObjectStore store, string bucket, CancellationToken cancellation)
    {
        var key = new ObjectKey(bucket, $".probe/{Guid.NewGuid():N}");
        var sent = Guid.NewGuid().ToByteArray();
        await store.PutAsync(key, sent, cancellation);
        using var received = await store.ReadAllAsync(key, cancellation);
        await store.DeleteAsync(key, cancellation);
        if (!received.ToArray().AsSpan().SequenceEqual(sent))
            throw new UnavailableException($"The object store gave back other bytes than were written to {key}: it cannot be used.");
    }
}
