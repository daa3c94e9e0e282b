using FLTS.Modules.Inference.Models;
using FLTS.Modules.Registry.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

[TestFixture, Parallelizable]
internal sealed class ChampionLoadsTests
{
    private readonly FakeTimeProvider _time = new();
    private ServingRig _rig = null!;

    [SetUp]
    public async Task Start() => _rig = await ServingRig.StartAsync();

    [TearDown]
    public async Task Stop() => await _rig.DisposeAsync();

    [Test]
    public async Task A_champion_that_is_not_loaded_is_loaded_when_it_is_asked_for_once_for_all_who_ask()
    {
        using var slots = new ModelSlots();
        var loads = Loads(slots);
        slots.KnowLedger([await PromoteAsync(1)]);
        var reached = _rig.Store.Hold();
        using var gone = new CancellationTokenSource();

        var first = loads.TakeAsync(new("station"), gone.Token).AsTask();
        var asked = Enumerable.Range(0, 8).Select(i => loads.TakeAsync(i % 2 == 0 ? null : new("station"), default).AsTask()).ToList();
        await reached;
        await gone.CancelAsync();
        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());
        _rig.Store.Continue();

        Assert.That((await Task.WhenAll(asked)).Distinct().Count(), Is.EqualTo(1), "who began it went, the others have it");
        Assert.That(_rig.Registry.Log.Count("model_loaded"), Is.EqualTo(1));
        Assert.That(
            async () => await loads.TakeAsync(new("elsewhere"), default),
            Throws.TypeOf<NotFoundException>().With.Message.EqualTo("No model is served for 'elsewhere'; served are station."));
    }

    [Test]
    public async Task One_that_cannot_be_loaded_is_not_tried_again_for_half_a_minute()
    {
        using var slots = new ModelSlots();
        var loads = Loads(slots);
        var champion = await PromoteAsync(1);
        slots.KnowLedger([champion]);
        var putRight = await _rig.SpoilAsync(ObjectKeys.Artifact(champion.RunId, 1, "NAIVE/model.json"));
        void AssertRefused() => Assert.That(
            async () => await loads.TakeAsync(null, default),
            Throws.TypeOf<UnavailableException>().With.Message.StartsWith("The model of 'station' cannot be loaded: ").And
                .Message.Contains("NAIVE/model.json"));

        AssertRefused();
        await putRight();
        var read = _rig.Store.Read.Count;
        _time.Advance(TimeSpan.FromSeconds(29));
        AssertRefused();
        Assert.That(_rig.Store.Read, Has.Count.EqualTo(read));

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.That((await loads.TakeAsync(null, default)).Loaded.Manifest.RunId, Is.EqualTo(champion.RunId));
    }

    [Test]
    public async Task A_rollback_finds_the_model_before_in_memory_and_identifiers_of_one_run_share_it()
    {
        using var slots = new ModelSlots();
        var loads = Loads(slots);
        var data = await _rig.PrepareAsync("station", DatasetClient.Csv(0, 300));
        var first = await _rig.PromoteAsync(data, "NAIVE", 1);
        var second = await _rig.PromoteAsync(data, "EWMA", 2);
        slots.KnowLedger([first]);
        await loads.LoadAsync(first, default);
        var before = slots.All.Single().Loaded;
        await loads.LoadAsync(second, default);

        await loads.LoadAsync(first with { Version = 3 }, default);
        await loads.LoadAsync(second with { Version = 1, Identifier = new("harbour") }, default);

        var (harbour, station) = (slots.Take(new("harbour")), slots.Take(new("station")));
        Assert.That((station.Version, station.Loaded, station.Before), Is.EqualTo((3, before, harbour.Loaded)));
        var series = station.Newest.Series!;
        Assert.That(station.Loaded.Forecaster.Forecast([new Window(series, series.Rows - 1)], 1), Is.Not.Empty, "it was not freed");
    }

    [TestCase(40, 10)]
    [TestCase(10_000, 200, Category = TestCategories.Soak)]
    public async Task Of_many_champions_as_many_are_loaded_as_have_room_and_any_can_be_asked_for(int known, int fit)
    {
        var champion = await PromoteAsync(1);
        var bytes = 0L;
        for (var i = 0; i < 2; i++) // The first allocates what stays.
        {
            using var one = new ModelSlots();
            one.KnowLedger([champion]);
            await Loads(one).LoadAsync(champion, default);
            bytes = one.All.Single().Bytes;
        }

        using var slots = new ModelSlots((fit * bytes) + (bytes / 2));
        var loads = Loads(slots);
        slots.KnowLedger([.. Enumerable.Range(0, known).Select(i => champion with { Identifier = new($"station-{i}") })]);

        foreach (var i in Enumerable.Range(0, 2 * fit).Select(i => i * 7 % known))
        {
            var model = await loads.TakeAsync(new($"station-{i}"), default);
            Assert.That(model.Identifier.Value, Is.EqualTo($"station-{i}"));
            model.Release();
        }

        Assert.That(slots.Promoted, Is.EqualTo(known));
        Assert.That(slots.Loaded, Is.EqualTo(fit).Within(1).Percent, "each has a few bytes of the thread that made it");
    }

    private async Task<ServedChampion> PromoteAsync(int version) =>
        await _rig.PromoteAsync(await _rig.PrepareAsync("station", DatasetClient.Csv(0, 300)), "NAIVE", version);

    private ChampionLoads Loads(ModelSlots slots)
    {
        var services = _rig.Get<IServiceProvider>();
        var loader = ActivatorUtilities.CreateInstance<ServedModelLoader>(services, slots);
        return ActivatorUtilities.CreateInstance<ChampionLoads>(services, loader, slots, (TimeProvider)_time);
    }
}
