using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series.Csv;
using FLTS.Modules.Preprocessing;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace FLTS.Tests.Preprocessing;

[TestFixture, Parallelizable]
internal sealed class DatasetBuilderTests
{
    private static readonly ComputeBudget _budget = new(new ComputeThreads(2), new MemoryLedger(), new LimitsOptions());

    [Test]
    public async Task A_store_that_gives_back_other_bytes_is_not_believed(
        [Values("train.parquet", "test.parquet", "meta.json")] string file,
        [Values] Lie lie)
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var queued = await registry.QueueDatasetAsync(Steps.DemoCsv(400));
        var builder = new DatasetBuilder(
            new LyingStore(registry.Store, file, lie),
            new DatasetOptions(),
            _budget,
            TimeProvider.System,
            NullLogger<DatasetBuilder>.Instance);

        Assert.That(
            () => builder.BuildAsync(DatasetOrder.Of(queued), default),
            Throws.TypeOf<UnavailableException>().With.Message.Contains(file));
    }

    [Test]
    public async Task Bad_data_that_was_made_bad_in_the_store_is_told_as_that()
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var queued = await registry.QueueDatasetAsync(Steps.DemoCsv(400));
        var source = ObjectKeys.Source(System.Text.Json.Nodes.JsonNode.Parse(queued.Config)!["sources"]!["train"]!.GetValue<string>());
        await registry.Store.PutAsync(source, "time,down\nnever,1\n"u8.ToArray(), default);
        var builder = new DatasetBuilder(
            registry.Store, new DatasetOptions(), _budget, TimeProvider.System, NullLogger<DatasetBuilder>.Instance);

        Assert.That(
            () => builder.BuildAsync(DatasetOrder.Of(queued), default),
            Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("was changed after it was stored"));
    }

    [Test]
    public async Task Prepared_again_the_same_values_keep_what_is_stored_and_what_was_lost_is_written_again(
        [Values("", "train.parquet", "test.parquet", "meta.json")] string lost)
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var row = await registry.QueueDatasetAsync(Steps.DemoCsv(400));
        var builder = new DatasetBuilder(
            registry.Store, new DatasetOptions(), _budget, TimeProvider.System, NullLogger<DatasetBuilder>.Instance);
        var built = Recorded(row, await builder.BuildAsync(DatasetOrder.Of(row), default));
        var before = await Written(registry, row.ConfigHash);
        if (lost.Length > 0)
            await registry.Store.PutAsync(
                new ObjectKey(ObjectKeys.ProcessedBucket, $"{row.ConfigHash}/{lost}"), "lost"u8.ToArray(), default);

        var again = await builder.BuildAsync(DatasetOrder.Of(row), default);

        Assert.That(again.Hashes, Is.EqualTo(built.Hashes));
        Assert.That(
            await Written(registry, row.ConfigHash),
            lost.Length > 0 ? Is.Not.EqualTo(before) : Is.EqualTo(before),
            "when each object was written");
        Assert.That(
            ProcessedFiles.ReadMeta((await registry.Store.ReadAllAsync(ObjectKeys.Meta(row.ConfigHash), default)).ToArray()).ConfigHash,
            Is.EqualTo(row.ConfigHash.Value));
    }

    [Test]
    public async Task Prepared_again_other_values_are_an_error_and_what_is_stored_stays()
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var row = await registry.QueueDatasetAsync(Steps.DemoCsv(400));
        var builder = new DatasetBuilder(
            registry.Store, new DatasetOptions(), _budget, TimeProvider.System, NullLogger<DatasetBuilder>.Instance);
        var built = Recorded(row, await builder.BuildAsync(DatasetOrder.Of(row), default));
        using var train = await registry.Store.ReadAllAsync(ObjectKeys.Train(row.ConfigHash), default);
        using var test = await registry.Store.ReadAllAsync(ObjectKeys.Test(row.ConfigHash), default);
        var other = await ProcessedFiles.ReadAsync(built.Meta, train, test);
        other.Train.Values[1][5] += 1e-9;
        using var stream = new MemoryStream();
        await ProcessedFiles.WriteTrainAsync(other, stream);
        await registry.Store.PutAsync(ObjectKeys.Train(row.ConfigHash), stream.ToArray(), default);
        row.TrainSha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stream.ToArray()));
        var before = await Written(registry, row.ConfigHash);

        Assert.That(
            () => builder.BuildAsync(DatasetOrder.Of(row), default),
            Throws.TypeOf<InvalidInputException>()
                .With.Message.Contains("other values")
                .And.Message.Contains(other.Train.Columns[1])
                .And.Message.Contains("hash_salt"));
        Assert.That(await Written(registry, row.ConfigHash), Is.EqualTo(before));
    }

    private static BuiltDataset Recorded(DatasetRow row, BuiltDataset built)
    {
        (row.TrainSha256, row.TestSha256, row.MetaSha256) = (built.Hashes.Train, built.Hashes.Test, built.Hashes.Meta);
        return built;
    }

    private static async Task<List<DateTimeOffset>> Written(RegistryUnderTest registry, ConfigHash hash)
    {
        var times = new List<DateTimeOffset>();
        foreach (var key in new[] { ObjectKeys.Train(hash), ObjectKeys.Test(hash), ObjectKeys.Meta(hash) })
            times.Add((await registry.Store.StatAsync(key, default))!.ModifiedAt);
        return times;
    }

    [Test]
    public void A_long_file_says_every_few_seconds_how_far_it_is()
    {
        var time = new FakeTimeProvider();
        var log = new LogLines();
        var read = 0L;
        var progress = new ReadProgress("station.csv", new("abc"), 200_000_000, () => read, time, log);

        progress.Report(new CsvProgress(1, 1));
        Assert.That(log.Count("preprocess_progress"), Is.Zero, "at once");
        for (var second = 1; second <= 7; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            read += 10_000_000;
            progress.Report(new CsvProgress(50_000 * second, read));
        }

        Assert.That(log.Texts.Select(t => t.TrimEnd()), Is.EqualTo(new[]
        {
            "Reading station.csv: 150000 rows, 30.0 MB, 15 % (config_hash abc)",
            "Reading station.csv: 300000 rows, 60.0 MB, 30 % (config_hash abc)",
        }));
    }

    public enum Lie
    {
        Changed, Shorter, Longer,
    }

    /// <summary>A store that keeps well and gives back badly.</summary>
    private sealed class LyingStore(IObjectStore store, string file, Lie lie) : IObjectStore
    {
        public async Task<Stream> OpenReadAsync(ObjectKey key, CancellationToken cancellation)
        {
            if (!key.Key.EndsWith(file, StringComparison.Ordinal))
                return await store.OpenReadAsync(key, cancellation);
            var bytes = (await store.ReadAllAsync(key, cancellation)).ToArray();
            bytes[^1] ^= 1;
            return new MemoryStream(lie switch
            {
                Lie.Changed => bytes,
                Lie.Shorter => bytes[..^1],
                _ => [.. bytes[..^1], (byte)(bytes[^1] ^ 1), (byte)' '],
            });
        }

        public Task PutAsync(ObjectKey key, Stream content, CancellationToken cancellation) => store.PutAsync(key, content, cancellation);

        public Task<StoredObject?> StatAsync(ObjectKey key, CancellationToken cancellation) => store.StatAsync(key, cancellation);

        public IAsyncEnumerable<StoredObject> ListAsync(string bucket, string prefix, CancellationToken cancellation) =>
            store.ListAsync(bucket, prefix, cancellation);

        public Task DeleteAsync(ObjectKey key, CancellationToken cancellation) => store.DeleteAsync(key, cancellation);

        public Task ProbeAsync(CancellationToken cancellation) => store.ProbeAsync(cancellation);
    }
}
