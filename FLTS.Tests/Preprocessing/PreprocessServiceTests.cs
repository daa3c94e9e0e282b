using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using NUnit.Framework;

namespace FLTS.Tests.Preprocessing;

[TestFixture, Parallelizable]
internal sealed class PreprocessServiceTests
{
    [Test]
    public async Task A_station_becomes_a_ready_dataset_whose_objects_hash_to_what_its_row_says([Values] Stack stack)
    {
        await using var registry = await Steps.ReadyAsync(stack);
        var queued = await registry.QueueDatasetAsync(Steps.DemoCsv(400));

        await registry.PrepareAsync(queued);

        var row = await registry.DatasetAsync(queued.ConfigHash);
        Assert.That((row.Status, row.Error, row.LeaseOwner), Is.EqualTo((DatasetStatus.Ready, (string?)null, (string?)null)));
        Assert.That(row.TrainRows + row.TestRows, Is.EqualTo(400).Within(30), "rows, some of them in gaps");
        Assert.That(await HashAsync(registry, ObjectKeys.Train(row.ConfigHash)), Is.EqualTo(row.TrainSha256), "train");
        Assert.That(await HashAsync(registry, ObjectKeys.Test(row.ConfigHash)), Is.EqualTo(row.TestSha256), "test");
        Assert.That(await HashAsync(registry, ObjectKeys.Meta(row.ConfigHash)), Is.EqualTo(row.MetaSha256), "meta");
        Assert.That(JsonNode.Parse(row.Columns!)!.AsArray().Select(c => c!.GetValue<string>()), Does.Contain("down"));
        var opened = await registry.Get<IProcessedData>().OpenAsync(row.ConfigHash, default);
        Assert.That((opened.Train.Rows, opened.Meta.ConfigHash), Is.EqualTo((row.TrainRows!.Value, row.ConfigHash.Value)));
    }

    [Test]
    public async Task Data_is_prepared_only_as_long_as_a_pipeline_waits_for_it([Values] Database database)
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(database);
        var (step, dataset) = (registry.Get<PreprocessStep>(), Rows.Dataset());
        Task<bool> IsWantedAsync() => step.IsWantedAsync(dataset.ConfigHash.Value, default);
        await registry.InsertAsync(dataset);
        Assert.That(await IsWantedAsync(), Is.True, "it was asked for without one");

        await registry.InsertAsync(Rows.Pipeline("one", 1));
        Assert.That(await IsWantedAsync(), Is.True);
        await registry.ExecuteAsync("UPDATE pipelines SET status = 'cancelled'");
        Assert.That(await IsWantedAsync(), Is.False);
        await registry.InsertAsync(Rows.Pipeline("two", 2));
        Assert.That(await IsWantedAsync(), Is.True, "the next one goes on with it");
        await registry.ExecuteAsync("UPDATE datasets SET status = 'failed'");
        Assert.That(await IsWantedAsync(), Is.False);
    }

    [Test]
    public async Task It_is_announced_with_the_hashes_of_its_objects()
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var queued = await registry.QueueDatasetAsync(Steps.DemoCsv(400));

        await registry.PrepareAsync(queued);

        var row = await registry.DatasetAsync(queued.ConfigHash);
        var ready = registry.Bus().Of<DatasetReady>().Single();
        Assert.That(
            (ready.Train.Sha256, ready.Test.Sha256, ready.Meta.Sha256),
            Is.EqualTo((row.TrainSha256, row.TestSha256, row.MetaSha256)));
        Assert.That(registry.Bus().Of<InferenceDataReady>().Single().Test, Is.EqualTo(ready.Test));
    }

    [Test]
    public async Task A_second_call_announces_again_and_builds_nothing()
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var queued = await registry.QueueDatasetAsync(Steps.DemoCsv(400));
        await registry.PrepareAsync(queued);
        var before = await registry.DatasetAsync(queued.ConfigHash);
        await registry.Store.DeleteAsync(ObjectKeys.Meta(queued.ConfigHash), default);

        await registry.PrepareAsync(queued);

        Assert.That(await registry.DatasetAsync(queued.ConfigHash), Is.EqualTo(before).UsingPropertiesComparer());
        Assert.That(await registry.Store.StatAsync(ObjectKeys.Meta(queued.ConfigHash), default), Is.Null, "it was built again");
        Assert.That((registry.Log.Count("preprocess_start"), registry.Log.Count("skip_idempotent")), Is.EqualTo((1, 1)), "events logged");
        Assert.That(registry.Bus().Of<DatasetReady>(), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Many_who_prepare_at_once_build_once([Values] Stack stack)
    {
        await using var registry = await Steps.ReadyAsync(stack);
        var queued = await registry.QueueDatasetAsync(Steps.DemoCsv(400));

        await RegistryUnderTest.TogetherAsync(6, async _ =>
        {
            await registry.PrepareAsync(queued);
            return true;
        });

        Assert.That(registry.Log.Count("preprocess_start"), Is.EqualTo(1));
        Assert.That((await registry.DatasetAsync(queued.ConfigHash)).Status, Is.EqualTo(DatasetStatus.Ready));
    }

    [Test]
    public async Task A_column_of_words_is_left_out_and_named_in_the_report()
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var lines = Steps.DemoCsv(400).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var words = lines.Select((line, i) => i == 0 ? line : line[..line.LastIndexOf(',')] + ",oops");
        var queued = await registry.QueueDatasetAsync(string.Join('\n', words));

        await registry.PrepareAsync(queued);

        var row = await registry.DatasetAsync(queued.ConfigHash);
        Assert.That((row.Status, row.LeaseOwner), Is.EqualTo((DatasetStatus.Ready, (string?)null)));
        Assert.That(row.Report, Does.Contain("station.csv").And.Contain("rb_up_var").And.Contain("oops"));
        Assert.That(row.Columns, Does.Not.Contain("\"rb_up_var\""));
    }

    [Test]
    public async Task A_store_that_is_away_queues_the_work_again_until_it_is_back()
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var queued = await registry.QueueDatasetAsync(Steps.DemoCsv(400));
        registry.TakeStoreAway();

        await registry.PrepareAsync(queued);
        var waiting = await registry.DatasetAsync(queued.ConfigHash);
        registry.BringStoreBack();
        await registry.PrepareAsync(queued);
        var ready = await registry.DatasetAsync(queued.ConfigHash);

        Assert.That((waiting.Status, waiting.Tries, waiting.LeaseOwner), Is.EqualTo((DatasetStatus.Queued, 1, (string?)null)));
        Assert.That(waiting.NextAttemptAt, Is.Not.Null);
        Assert.That(waiting.Error, Does.Contain("refuses"));
        Assert.That(
            (ready.Status, ready.Error, ready.NextAttemptAt),
            Is.EqualTo((DatasetStatus.Ready, (string?)null, (DateTimeOffset?)null)));
    }

    [Test]
    public async Task A_source_that_was_changed_in_the_store_is_not_used()
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var queued = await registry.QueueDatasetAsync(Steps.DemoCsv(400));
        var source = ObjectKeys.Source(JsonNode.Parse(queued.Config)!["sources"]!["train"]!.GetValue<string>());
        await registry.Store.PutAsync(source, System.Text.Encoding.UTF8.GetBytes(Steps.DemoCsv(401)), default);

        await registry.PrepareAsync(queued);

        var row = await registry.DatasetAsync(queued.ConfigHash);
        Assert.That(row.Status, Is.EqualTo(DatasetStatus.Failed));
        Assert.That(row.Error, Does.Contain("station.csv").And.Contain("SHA-256"));
    }

    [Test]
    public async Task A_flat_column_is_reported()
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var lines = Steps.DemoCsv(400).TrimEnd('\n').Split('\n').Select((line, i) => i == 0 ? $"{line},flat" : $"{line},5");
        var queued = await registry.QueueDatasetAsync(string.Join('\n', lines));

        await registry.PrepareAsync(queued);

        var report = JsonNode.Parse((await registry.DatasetAsync(queued.ConfigHash)).Report!)!;
        Assert.That(report["flat_columns"]!.AsArray().Select(c => c!.GetValue<string>()), Is.EqualTo(["flat"]));
        Assert.That(registry.Log.Count("zero_variance_features"), Is.EqualTo(1));
    }

    [TestCase(1, DatasetStatus.Ready)]
    [TestCase(2, DatasetStatus.Ready)]
    [TestCase(3, DatasetStatus.Failed)]
    public async Task Work_over_which_workers_died_is_taken_up_twice_and_no_third_time(int deaths, DatasetStatus expected)
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var queued = await registry.QueueDatasetAsync(Steps.DemoCsv(400));
        await registry.LeaveDeadAsync("datasets", deaths);

        await registry.PrepareAsync(queued);

        var row = await registry.DatasetAsync(queued.ConfigHash);
        Assert.That(row.Status, Is.EqualTo(expected));
        Assert.That(row.Error, expected == DatasetStatus.Failed ? Does.StartWith("worker died 3 times") : Is.Null);
    }

    private static async Task<string> HashAsync(RegistryUnderTest registry, ObjectKey key)
    {
        using var bytes = await registry.Store.ReadAllAsync(key, default);
        return Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()));
    }
}
