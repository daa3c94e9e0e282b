using System.Text.Json;
using FLTS.Modules.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using NUnit.Framework;

namespace FLTS.Tests.Storage;

[TestFixture, Parallelizable, Category(TestCategories.Servers)]
internal sealed class S3FaultTests
{
    private static readonly ObjectKey _key = ObjectKeys.Pointer(new("station"));

    [Test]
    public async Task A_wrong_secret_is_a_store_that_refuses_and_not_a_missing_object()
    {
        var right = await S3.OptionsAsync();
        await S3.Store(right).ProbeAsync(default);

        var wrong = S3.Store(right with { SecretKey = "wrong" });

        await RefusesAsync(wrong, right.BucketPrefix + ObjectKeys.PromotionBucket);
    }

    [Test]
    public async Task Credentials_that_come_later_are_used_at_once_and_settings_that_cannot_work_are_not()
    {
        var right = await S3.OptionsAsync();
        using var folder = new TemporaryFolder();
        Write(right with { SecretKey = "wrong" });
        var configuration = new ConfigurationBuilder().AddJsonFile(folder["settings.json"], optional: false, reloadOnChange: true).Build();
        var services = new ServiceCollection().AddLogging();
        new StorageModule().AddServices(services, configuration);
        await using var provider = services.BuildServiceProvider();
        var store = provider.GetRequiredService<IObjectStore>();
        Assert.That(() => store.ProbeAsync(default), Throws.InstanceOf<UnavailableException>());

        Write(right);
        Assert.That(() => store.ProbeAsync(default), Throws.Nothing.After(60_000, 100), "the right secret is taken up");

        var changed = new TaskCompletionSource();
        using var watch = ChangeToken.OnChange(configuration.GetReloadToken, () => changed.TrySetResult());
        Write(right with { Endpoint = "no address" });
        await changed.Task;
        await store.ProbeAsync(default);

        void Write(S3Options options) => File.WriteAllText(
            folder["settings.json"], JsonSerializer.Serialize(new { Storage = new { Provider = "s3", S3 = options } }));
    }

    [Test]
    public async Task A_server_that_is_away_is_a_store_that_refuses()
    {
        var store = S3.Store(new S3Options { Endpoint = $"http://127.0.0.1:{FreePort.Next()}", AccessKey = "a", SecretKey = "b" });

        await RefusesAsync(store, ObjectKeys.PromotionBucket);
    }

    [Test]
    public async Task A_missing_bucket_is_a_store_that_refuses_until_the_probe_makes_it()
    {
        var options = await S3.OptionsAsync();
        var store = S3.Store(options);
        await RefusesAsync(store, options.BucketPrefix);

        await store.ProbeAsync(default);

        Assert.That(await store.StatAsync(_key, default), Is.Null);
    }

    [Test]
    public async Task Many_processes_may_make_the_buckets_at_once()
    {
        var options = await S3.OptionsAsync();
        var stores = Enumerable.Range(0, 4).Select(_ => S3.Store(options)).ToList();

        await Task.WhenAll(stores.Select(s => s.ProbeAsync(default)));

        Assert.That(await stores[0].StatAsync(_key, default), Is.Null);
    }

    [Test]
    public async Task More_objects_than_one_page_of_a_listing_are_all_listed()
    {
        var store = S3.Store(await S3.OptionsAsync());
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
            Assert.That(
                async () => await store.ListAsync(_key.Bucket, "", default).GetAsyncEnumerator().MoveNextAsync(), Refuses(), "list");
        });
        return Task.CompletedTask;

        NUnit.Framework.Constraints.IResolveConstraint Refuses() => Throws.InstanceOf<UnavailableException>().With.Message.Contains(named);
    }
}
