using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace FLTS.Modules.Storage;

/// <summary>
/// Objects on an S3 server. S3's own puts are atomic; multipart ones too, since nothing is visible before their completion.
/// </summary>
/// <param name="connection">The server and its credentials, as they are now.</param>
internal sealed class S3ObjectStore(S3Connection connection) : IObjectStore
{
    public Task PutAsync(ObjectKey key, Stream content, CancellationToken cancellation) => GuardAsync(key, async () =>
    {
        using var transfer = new TransferUtility(connection.Client);
        await transfer.UploadAsync(
            new TransferUtilityUploadRequest { BucketName = Bucket(key), Key = key.Key, InputStream = content, AutoCloseStream = false },
            cancellation);
        return true;
    }, cancellation);

    public Task<Stream> OpenReadAsync(ObjectKey key, CancellationToken cancellation) => GuardAsync(key, async () =>
        (await connection.Client.GetObjectAsync(Bucket(key), key.Key, cancellation)).ResponseStream, cancellation);

    public async Task<StoredObject?> StatAsync(ObjectKey key, CancellationToken cancellation)
    {
        try
        {
            return await GuardAsync(key, async () =>
            {
                var head = await connection.Client.GetObjectMetadataAsync(Bucket(key), key.Key, cancellation);
                return new StoredObject(key, head.ContentLength, head.LastModified ?? default, head.ETag);
            }, cancellation);
        }
        catch (NotFoundException)
        {
            // A HEAD has no body, so a missing bucket looks like a missing object; only the latter is an answer.
            await LookAsync(key.Bucket, cancellation);
            return null;
        }
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(
        string bucket,
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ListObjectsV2Request { BucketName = connection.Options.BucketPrefix + bucket, Prefix = prefix };
        do
        {
            var page = await GuardAsync(
                new ObjectKey(bucket, prefix),
                () => connection.Client.ListObjectsV2Async(request, cancellation),
                cancellation);
            foreach (var item in page.S3Objects ?? [])
                yield return new StoredObject(new ObjectKey(bucket, item.Key), item.Size ?? 0, item.LastModified ?? default, item.ETag);

            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellation) =>
        GuardAsync(key, () => connection.Client.DeleteObjectAsync(Bucket(key), key.Key, cancellation), cancellation);

    public async Task<long> RemoveAsync(ObjectKey prefix, CancellationToken cancellation)
    {
        const int MostOfOneRequest = 1000;
        var found = await ListAsync(prefix.Bucket, prefix.Key, cancellation).ToListAsync(cancellation);
        foreach (var some in found.Chunk(MostOfOneRequest))
        {
            var request = new DeleteObjectsRequest
            {
                BucketName = Bucket(prefix),
                Objects = [.. some.Select(o => new KeyVersion { Key = o.Key.Key })],
                Quiet = true,
            };
            await GuardAsync(prefix, () => connection.Client.DeleteObjectsAsync(request, cancellation), cancellation);
            FaultPoint.Reach("retention.objects-removed");
        }

        return found.Sum(o => o.Size);
    }

    public async Task ProbeAsync(CancellationToken cancellation)
    {
        foreach (var bucket in ObjectKeys.Buckets)
        {
            try
            {
                await LookAsync(bucket, cancellation);
            }
            catch (UnavailableException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "NoSuchBucket" })
            {
                await GuardAsync(
                    new ObjectKey(bucket, ""),
                    () => MakeAsync(connection.Options.BucketPrefix + bucket, cancellation),
                    cancellation);
            }
        }

        await this.ProbeBucketAsync(ObjectKeys.ModelsBucket, cancellation);
    }

    private string Bucket(ObjectKey key) => connection.Options.BucketPrefix + key.Bucket;

    /// <summary>Whether the bucket is there and may be read.</summary>
    private Task<ListObjectsV2Response> LookAsync(string bucket, CancellationToken cancellation) => GuardAsync(
        new ObjectKey(bucket, ""),
        () => connection.Client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = connection.Options.BucketPrefix + bucket, MaxKeys = 1 }, cancellation),
        cancellation);

    private async Task<bool> MakeAsync(string bucket, CancellationToken cancellation)
    {
        try
        {
            await connection.Client.PutBucketAsync(bucket, cancellation);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "BucketAlreadyOwnedByYou")
        {
            // Another process made it just now.
        }

        return true;
    }

    private async Task<T> GuardAsync<T>(ObjectKey key, Func<Task<T>> action, CancellationToken cancellation)
    {
        try
        {
            return await action();
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode is not "NoSuchBucket")
        {
            throw new NotFoundException($"There is no object {key}.");
        }
        catch (Exception e) when (IsRefusal(e) || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // The SDK's own time limit shows as a cancellation that nobody asked for.
            var cause = e is OperationCanceledException ? "it did not answer in time" : e.Message;
            throw new UnavailableException(
                $"The object store {connection.Options.Endpoint ?? "AWS S3"} refuses {connection.Options.BucketPrefix}{key}: {cause}", e);
        }
    }

    private static bool IsRefusal(Exception e) =>
        e is AmazonClientException or AmazonServiceException or HttpRequestException or IOException or TimeoutException;
}
