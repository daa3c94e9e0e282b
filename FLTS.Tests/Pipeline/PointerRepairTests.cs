using FLTS.Modules.Pipeline;
using FLTS.Modules.Storage;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

/// <summary>The process that looks after pipelines keeps the pointer files right, whichever process promoted.</summary>
[TestFixture, Parallelizable]
internal sealed class PointerRepairTests
{
    [Test]
    public async Task A_pointer_that_is_gone_or_changed_is_written_again_and_announced_again(
        [Values] Stack stack,
        [Values(0, 1, 2)] int which,
        [Values] bool isGone)
    {
        await using var registry = await PipelineUnderTest.StartAsync(stack);
        var started = await PromoteAsync(registry);
        var key = (await KeysAsync(registry))[which];
        var written = await ReadAsync(registry, key);
        if (isGone)
            await registry.Store.DeleteAsync(key, default);
        else
            await registry.Store.PutAsync(key, "{}"u8.ToArray(), default);

        var repair = ActivatorUtilities.CreateInstance<PointerRepairLoop>(registry.Get<IServiceProvider>());
        await repair.LookAsync(default);
        await repair.LookAsync(default);

        Assert.That(await ReadAsync(registry, key), Is.EqualTo(written));
        Assert.That(
            registry.Bus().Of<ModelSelected>().Select(m => (m.Pointer.Version, m.Pointer.Identifier.Value)),
            Is.EqualTo([(1, "station"), (1, "station")]),
            "when promoted, and once when repaired");
        Assert.That(registry.Log.Count("pointer_repaired"), Is.EqualTo(1));
        Assert.That(started.Identifier, Is.EqualTo(new Identifier("station")));
    }

    [Test]
    public async Task A_store_that_is_away_is_said_once_and_the_look_after_it_repairs()
    {
        await using var registry = await PipelineUnderTest.StartAsync();
        await PromoteAsync(registry);
        var key = ObjectKeys.Pointer(new("station"));
        await registry.Store.DeleteAsync(key, default);
        var repair = ActivatorUtilities.CreateInstance<PointerRepairLoop>(registry.Get<IServiceProvider>());

        registry.TakeStoreAway();
        for (var look = 0; look < 3; look++)
            await repair.LookAsync(default);
        registry.BringStoreBack();
        await repair.LookAsync(default);

        Assert.That(
            registry.Log.Texts.Count(t => t.StartsWith("Pointer files cannot be looked at", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(await registry.Store.StatAsync(key, default), Is.Not.Null);
    }

    private static async Task<StartedPipeline> PromoteAsync(RegistryUnderTest registry)
    {
        var started = await registry.StartPipelineAsync("""{"dataset": "station", "model_types": ["NAIVE"]}""");
        await registry.WorkAsync();
        await registry.RunStepAsync(StepNames.Evaluate, started.PipelineId.Value);
        return started;
    }

    private static async Task<List<ObjectKey>> KeysAsync(RegistryUnderTest registry)
    {
        var keys = new List<ObjectKey>();
        await foreach (var found in registry.Store.ListAsync(ObjectKeys.PromotionBucket, "", default))
            keys.Add(found.Key);

        return keys;
    }

    private static async Task<byte[]> ReadAsync(RegistryUnderTest registry, ObjectKey key)
    {
        using var bytes = await registry.Store.ReadAllAsync(key, default);
        return bytes.ToArray();
    }
}
