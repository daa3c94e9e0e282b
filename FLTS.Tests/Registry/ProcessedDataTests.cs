using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Storage;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture, Parallelizable]
internal sealed class ProcessedDataTests
{
    [Test]
    public async Task Those_who_open_the_same_data_share_it()
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var row = await registry.QueueDatasetAsync(Steps.DemoCsv(200));
        await registry.PrepareAsync(row);
        var data = registry.Get<IProcessedData>();

        var opened = await RegistryUnderTest.TogetherAsync(4, _ => data.OpenAsync(row.ConfigHash, default));

        Assert.That(opened, Has.All.SameAs(opened[0]));
    }

    [Test]
    public async Task An_object_that_was_changed_or_is_gone_is_refused_by_name(
        [Values("train.parquet", "test.parquet", "meta.json")] string file,
        [Values] Stack stack)
    {
        await using var registry = await Steps.ReadyAsync(stack);
        var row = await registry.QueueDatasetAsync(Steps.DemoCsv(200));
        await registry.PrepareAsync(row);
        var key = new ObjectKey(ObjectKeys.ProcessedBucket, $"{row.ConfigHash}/{file}");
        using var bytes = await registry.Store.ReadAllAsync(key, default);
        var data = registry.Get<IProcessedData>();

        await registry.Store.PutAsync(key, [.. bytes.ToArray(), 0], default);
        Assert.That(
            () => data.OpenAsync(row.ConfigHash, default),
            Throws.InstanceOf<CorruptArtifactException>().With.Message.Contains(file),
            "changed");

        await registry.Store.DeleteAsync(key, default);
        Assert.That(
            () => data.OpenAsync(row.ConfigHash, default),
            Throws.InstanceOf<CorruptArtifactException>().With.Message.Contains(file),
            "gone");
    }

    [Test]
    public async Task Data_that_is_not_ready_is_not_found()
    {
        await using var registry = await Steps.ReadyAsync(Stack.Embedded);
        var row = await registry.QueueDatasetAsync(Steps.DemoCsv(200));

        Assert.That(
            () => registry.Get<IProcessedData>().OpenAsync(row.ConfigHash, default),
            Throws.InstanceOf<NotFoundException>().With.Message.Contains(row.ConfigHash.Value));
    }
}
