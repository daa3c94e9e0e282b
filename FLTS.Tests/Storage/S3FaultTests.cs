using FLTS.Modules.Contracts;
using FLTS.Modules.Storage;
using FLTS.Tests.TestKit;
using NUnit.Framework;

namespace FLTS.Tests.Storage;

[TestFixture]
internal sealed class S3FaultTests
{
    private static readonly ObjectKey _key = ObjectKeys.Pointer("station");

    [Test]
    public async Task A_wrong_secret_is_a_store_that_refuses_and_not_a_missing_object()
    {
        var right = await S3.OptionsAsync();
        using (var store = new S3ObjectStore(right))
            await store.ProbeAsync(default);

        using var wrong = new S3ObjectStore(right with { SecretKey = "wrong" });

        await RefusesAsync(wrong, right.BucketPrefix + ObjectKeys.PromotionBucket);
    }

    [Test]
    public async Task A_server_that_is_away_is_a_store_that_refuses()
    {
        using var store = new S3ObjectStore(new S3Options { Endpoint = $"http://127.0.0.1:{FreePort.Next()}", AccessKey = "a", SecretKey = "b" });

        await RefusesAsync(store, ObjectKeys.PromotionBucket);
    }

    [Test]
    public async Task A_missing_bucket_is_a_store_that_refuses_until_the_probe_makes_it()
    {
        var options = await S3.OptionsAsync();
        using var store = new S3ObjectStore(options);
        await RefusesAsync(store, options.BucketPrefix);

        await store.ProbeAsync(default);

        Assert.That(await store.StatAsync(_key, default), Is.Null);
    }

    [Test]
    public async Task Many_processes_may_make_the_buckets_at_once()
    {
        var options = await S3.OptionsAsync();
        var stores = Enumerable.Range(0, 4).Select(_ => new S3ObjectStore(options)).ToList();

        await Task.WhenAll(stores.Select(s => s.ProbeAsync(default)));

        stores.ForEach(s => s.Dispose());
    }

    [Test]
    public async Task More_objects_than_one_page_of_a_listing_are_all_listed()
    {
        using var store = new S3ObjectStore(await S3.OptionsAsync());
        await store.ProbeAsync(default);
        await Parallel.ForEachAsync(Enumerable.Range(0, 1005), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, stop) =>
            await store.PutAsync(new ObjectKey(ObjectKeys.ModelsBucket, $"many/{i:0000}"), [], stop));

        var keys = new List<string>();
        await foreach (var found in store.ListAsync(ObjectKeys.ModelsBucket, "many/", default))
            keys.Add(found.Key.Key);

        Assert.That(keys, Is.EqualTo(Enumerable.Range(0, 1005).Select(i => $"many/{i:0000}")));
    }

    private static Task RefusesAsync(S3ObjectStore store, string named)
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => store.StatAsync(_key, default), Refuses(), "stat");
            Assert.That(() => store.OpenReadAsync(_key, default), Refuses(), "read");
            Assert.That(() => store.PutAsync(_key, [1], default), Refuses(), "put");
            Assert.That(async () => await store.ListAsync(_key.Bucket, "", default).GetAsyncEnumerator().MoveNextAsync(), Refuses(), "list");
        });
        return Task.CompletedTask;

        NUnit.Framework.Constraints.IResolveConstraint Refuses() => Throws.InstanceOf<UnavailableException>().With.Message.Contains(named);
    }
}
