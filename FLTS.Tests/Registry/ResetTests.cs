using FLTS.Modules.Registry.Retention;
using FLTS.Modules.Registry.Schema;
using FLTS.Tests.Pipeline;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

[TestFixture, Parallelizable]
internal sealed class ResetTests
{
    private const string Other = """{"dataset": "station", "identifier": "other"}""";

    [Test]
    public async Task A_reset_of_an_identifier_leaves_nothing_of_it_and_all_of_the_others([Values] Stack stack)
    {
        await using var registry = await RetentionRig.StartAsync(stack);
        var (station, champion, _) = await registry.PromotedAsync();
        var (other, kept, _) = await registry.PromotedAsync(Other);
        var sources = await registry.ObjectsAsync(new ObjectKey(ObjectKeys.DatasetBucket, ""));
        var reset = registry.Get<IReset>();
        var counts = await reset.CountAsync(new("station"), default);

        var gone = await reset.RemoveAsync(new("station"), default);

        Assert.That(gone, Does.Contain(champion.RunId).And.Not.Contain(kept.RunId));
        Assert.That((counts["pipelines"], counts["runs"], counts["champion versions"]), Is.EqualTo((1, 2, 1)));
        Assert.That(await reset.CountAsync(new("station"), default), Has.All.Property("Value").Zero);
        foreach (var prefix in new[] { ObjectKeys.AllOf(champion.RunId), ObjectKeys.AllOf(station.ConfigHash) }
            .Concat(ObjectKeys.AllOf(new Identifier("station"))))
            Assert.That(await registry.ObjectsAsync(prefix), Is.Empty);
        Assert.That(await registry.ObjectsAsync(new ObjectKey(ObjectKeys.DatasetBucket, "")), Is.EqualTo(sources));
        Assert.That((await registry.PipelineAsync(other.PipelineId)).Status, Is.EqualTo(PipelineStatus.Promoted));
        Assert.That(await registry.ObjectsAsync(ObjectKeys.AllOf(new Identifier("other"))[0]), Is.Not.Empty, "its pointers");
        await registry.ModelsLoadAsync();

        Assert.That((await registry.StartPipelineAsync()).Sequence, Is.EqualTo(1), "a slate as clean as on the first day");
    }

    [Test]
    public async Task A_reset_of_all_whose_store_is_away_is_gone_on_with_by_the_next_server()
    {
        await using var registry = await RetentionRig.StartAsync(Stack.Embedded);
        var (_, champion, _) = await registry.PromotedAsync();
        await registry.PromotedAsync(Other);
        registry.TakeStoreAway();
        Assert.ThrowsAsync<UnavailableException>(() => registry.Get<IReset>().RemoveAsync(null, default));
        registry.BringStoreBack();
        var left = await registry.ObjectsAsync(ObjectKeys.AllOf(champion.RunId));

        Assert.That(await registry.Get<Prunings>().IsDueAsync(default), Is.True);
        await registry.LookAsync();

        Assert.That(left, Is.Not.Empty);
        Assert.That(await registry.Get<IReset>().CountAsync(null, default), Has.All.Property("Value").Zero);
        foreach (var bucket in ObjectKeys.Buckets.Except([ObjectKeys.DatasetBucket]))
            Assert.That(await registry.ObjectsAsync(new ObjectKey(bucket, "")), Is.Empty, bucket);
        Assert.That(await registry.UseAsync(db => db.Sources.CountAsync()), Is.EqualTo(1));
    }

    [Test]
    public async Task What_a_worker_holds_is_not_reset([Values] Database database)
    {
        await using var registry = await RegistryUnderTest.ReadyAsync(database);
        await registry.InsertAsync(Rows.Dataset());
        await registry.InsertAsync(Rows.Run());
        var lease = await registry.Leases.TryAcquireAsync<RunRow>("run", default);

        Assert.ThrowsAsync<ConflictException>(() => registry.Get<IReset>().RemoveAsync(null, default));
        await registry.Leases.ReleaseAsync(lease!, default);
        Assert.That(await registry.Get<IReset>().RemoveAsync(null, default), Has.Count.EqualTo(1));
    }
}
