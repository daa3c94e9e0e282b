using System.Text.Json;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Protocols;
using FLTS.Modules.Inference.Windows;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

[TestFixture, Parallelizable]
internal sealed class ModelRefresherTests
{
    private ServingRig _rig = null!;

    private ModelRefresher Refresher => _rig.Get<ModelRefresher>();

    [SetUp]
    public async Task Start() => _rig = await ServingRig.StartAsync();

    [TearDown]
    public async Task Stop() => await _rig.DisposeAsync();

    [Test]
    public async Task A_look_loads_what_the_ledger_says_once_and_notes_it_for_the_next_start()
    {
        await _rig.LookAsync();
        var (isSettled, isNoted) = (_rig.Slots.Settled.IsCompleted, File.Exists(_rig.RecordsPath));
        Assert.That((_rig.Slots.Loaded, isSettled, isNoted), Is.EqualTo((0, true, false)), "nothing is promoted yet");
        var data = await _rig.PrepareAsync("station", DatasetClient.Csv(0, 300));
        await _rig.PromoteAsync(data, "NAIVE", 1);
        var station = await _rig.PromoteAsync(data, "EWMA", 2);
        var harbour = await _rig.PromoteAsync(data, "NAIVE", 1, "harbour");

        await _rig.LookAsync();
        var served = _rig.Slots.All.ToList();
        await _rig.LookAsync();

        Assert.That(_rig.Slots.All, Is.EqualTo(served), "the same models, not loaded again");
        Assert.That(served.Select(m => (m.Identifier, m.Version, m.Loaded.Manifest.RunId, m.IsFromCache)),
            Is.EqualTo([(harbour.Identifier, 1, harbour.RunId, false), (station.Identifier, 2, station.RunId, false)]));
        Assert.That((_rig.Slots.Promoted, _rig.Slots.Refused.Count), Is.EqualTo((2, 0)));
        Assert.That(Noted(), Is.EquivalentTo([harbour, station]));
    }

    [Test]
    public async Task A_champion_that_cannot_be_loaded_leaves_the_one_before_it_and_keeps_no_other_from_being_served()
    {
        var data = await _rig.PrepareAsync("station", DatasetClient.Csv(0, 300));
        var first = await _rig.PromoteAsync(data, "NAIVE", 1);
        await _rig.LookAsync();
        var second = await _rig.PromoteAsync(data, "EWMA", 2);
        var putRight = await _rig.SpoilAsync(ObjectKeys.Artifact(second.RunId, 1, "EWMA/model.json"));
        var harbour = await _rig.PromoteAsync(data, "NAIVE", 1, "harbour");

        await _rig.LookAsync();
        await _rig.LookAsync();

        Assert.That(_rig.Slots.All.Select(m => (m.Identifier.Value, m.Version)), Is.EqualTo([("harbour", 1), ("station", 1)]));
        Assert.That(_rig.Slots.Refused.Single().Value, Does.Contain("EWMA/model.json").And.Contain("SHA-256"));
        Assert.That(_rig.Registry.Log.Count("model_load_failed"), Is.EqualTo(1), "said once");
        Assert.That((_rig.Slots.Promoted, _rig.Slots.Settled.IsCompleted), Is.EqualTo((2, true)));
        Assert.That((await AnswerAsync("station")).Manifest.RunId, Is.EqualTo(first.RunId));

        await putRight();
        await _rig.LookAsync();
        Assert.That((await AnswerAsync("station")).Manifest.RunId, Is.EqualTo(second.RunId));
        Assert.That((_rig.Slots.Refused.Count, _rig.Registry.Log.Count("model_swap")), Is.EqualTo((0, 1)));
        Assert.That(Noted(), Is.EquivalentTo([second, harbour]));
    }

    [Test]
    public async Task A_champion_that_this_process_has_shown_is_served_to_the_next_request_and_looked_for_once()
    {
        var data = await _rig.PrepareAsync("station", DatasetClient.Csv(0, 300));
        await _rig.PromoteAsync(data, "NAIVE", 1);
        await _rig.LookAsync();
        await _rig.PromoteAsync(data, "EWMA", 2);
        await Refresher.CatchUpAsync(default);
        Assert.That(_rig.Slots.All.Single().Version, Is.EqualTo(1), "nobody was told of another");

        var shown = await _rig.Get<LedgerReader>().ChampionAsync(new("station"), null, default);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Refresher.CatchUpAsync(default).AsTask()));

        Assert.That((shown.InForce!.Version, _rig.Slots.All.Single().Version), Is.EqualTo((2, 2)));
        var served = _rig.Slots.All.Single();
        await _rig.Get<LedgerReader>().ChampionAsync(new("station"), null, default);
        await Refresher.CatchUpAsync(default);
        Assert.That(_rig.Slots.All.Single(), Is.SameAs(served));
    }

    [Test]
    public async Task What_is_served_answers_where_the_database_is_away_after_a_promotion_was_shown()
    {
        var data = await _rig.PrepareAsync("station", DatasetClient.Csv(0, 300));
        await _rig.PromoteAsync(data, "NAIVE", 1);
        await _rig.LookAsync();
        await _rig.PromoteAsync(data, "EWMA", 2);
        await _rig.Get<LedgerReader>().ChampionAsync(new("station"), null, default);
        _rig.TakeDatabaseAway();
        try
        {
            await Refresher.CatchUpAsync(default);
        }
        finally
        {
            _rig.BringDatabaseBack();
        }

        Assert.That(_rig.Slots.All.Single().Version, Is.EqualTo(1));
        await _rig.LookAsync();
        Assert.That(_rig.Slots.All.Single().Version, Is.EqualTo(2));
    }

    [Test]
    public async Task While_a_champion_is_refused_the_next_start_is_told_of_the_one_that_is_served()
    {
        var data = await _rig.PrepareAsync("station", DatasetClient.Csv(0, 300));
        var first = await _rig.PromoteAsync(data, "NAIVE", 1);
        await _rig.LookAsync();
        var second = await _rig.PromoteAsync(data, "EWMA", 2);
        await _rig.SpoilAsync(ObjectKeys.Artifact(second.RunId, 1, "EWMA/model.json"));

        await _rig.LookAsync();

        Assert.That(Noted(), Is.EqualTo([first]));
    }

    [Test]
    public async Task A_start_without_database_and_store_serves_what_was_served_here_before_until_they_are_back()
    {
        var data = await _rig.PrepareAsync("station", DatasetClient.Csv(0, 300));
        var champion = await _rig.PromoteAsync(data, "NAIVE", 1);
        await _rig.LookAsync();
        _rig.Registry.TakeStoreAway();
        _rig.TakeDatabaseAway();

        await using var again = _rig.Again();
        var refresher = again.Get<ModelRefresher>();
        await refresher.StartAsync(default);
        await Task.WhenAny(again.Gate.Asked, refresher.ExecuteTask!);
        var early = again.Slots.All.Single();
        Assert.That((early.Loaded.Manifest.RunId, early.Version, early.IsFromCache), Is.EqualTo((champion.RunId, 1, true)));
        Assert.That(again.Slots.Settled.IsCompleted, Is.False, "the ledger was not asked yet");
        Assert.That(
            () => AnswerAsync("station", again),
            Throws.TypeOf<UnavailableException>().With.Message.Contains("have not been reached since this process started"));

        _rig.BringDatabaseBack();
        _rig.Registry.BringStoreBack();
        again.Gate.Open();
        await Task.WhenAny(again.Slots.Settled, refresher.ExecuteTask!);

        Assert.That(again.Slots.Serves(new("station"), 1), Is.True);
        Assert.That((await AnswerAsync("station", again)).Manifest.RunId, Is.EqualTo(champion.RunId));
        Assert.That(again.Registry.Log.Count("model_swap"), Is.Zero, "the same version");
        await refresher.StopAsync(default);
    }

    [TestCase("[null, {}]")]
    [TestCase("""[{"identifier""")]
    [TestCase("""[{"identifier": "station", "version": 1, "run_id": "nowhere", "attempt": 1, "manifest_sha256": "00"}]""")]
    [TestCase("""[{"identifier": "station", "version": 1, "run_id": "../..", "attempt": 1, "manifest_sha256": "../../../flts.db"}]""")]
    public async Task Whatever_is_noted_a_start_goes_on_and_serves_what_the_ledger_says(string noted)
    {
        var champion = await _rig.PromoteAsync(await _rig.PrepareAsync("station", DatasetClient.Csv(0, 300)), "NAIVE", 1);
        Directory.CreateDirectory(Path.GetDirectoryName(_rig.RecordsPath)!);
        await File.WriteAllTextAsync(_rig.RecordsPath, noted);

        await Refresher.StartAsync(default);
        await Task.WhenAny(_rig.Gate.Asked, Refresher.ExecuteTask!);
        Assert.That(_rig.Slots.Loaded, Is.Zero);
        _rig.Gate.Open();
        await Task.WhenAny(_rig.Slots.Settled, Refresher.ExecuteTask!);

        Assert.That((await AnswerAsync("station")).Manifest.RunId, Is.EqualTo(champion.RunId));
        Assert.That((_rig.Slots.Refused.Count, Noted().Single()), Is.EqualTo((0, champion)));
        await Refresher.StopAsync(default);
    }

    [Test]
    public async Task A_stop_in_the_middle_of_loading_is_no_refusal()
    {
        var data = await _rig.PrepareAsync("station", DatasetClient.Csv(0, 300));
        await _rig.PromoteAsync(data, "NAIVE", 1);
        await _rig.LookAsync();
        await _rig.PromoteAsync(data, "EWMA", 2);
        using var stop = new CancellationTokenSource();
        var reached = _rig.Store.Hold();
        var look = Refresher.LookAsync(stop.Token);
        await reached;

        await stop.CancelAsync();

        Assert.That(async () => await look, Throws.InstanceOf<OperationCanceledException>());
        Assert.That((_rig.Slots.Refused.Count, _rig.Slots.Serves(new("station"), 1)), Is.EqualTo((0, true)));
        _rig.Store.Continue();
        await _rig.LookAsync();
        Assert.That(_rig.Slots.Serves(new("station"), 2), Is.True);
    }

    [Test]
    public async Task A_promotion_wakes_it()
    {
        var data = await _rig.PrepareAsync("station", DatasetClient.Csv(0, 300));
        _rig.Gate.Open();
        await Refresher.StartAsync(default);
        await Task.WhenAny(_rig.Slots.Settled, Refresher.ExecuteTask!);
        await _rig.PromoteAsync(data, "NAIVE", 1);
        var reached = _rig.Store.Hold();

        // The clock would wake it in an hour.
        await new ModelSelectedConsumer(Refresher).Consume(null!);

        await reached.WaitAsync(TimeSpan.FromMinutes(1));
        _rig.Store.Continue();
        await Refresher.StopAsync(default);
    }

    [Test]
    public async Task A_look_also_finds_the_rows_that_came_through_other_processes()
    {
        await _rig.PromoteAsync(await _rig.PrepareAsync("station", DatasetClient.Csv(0, 300)), "NAIVE", 1);
        await _rig.LookAsync();
        await using var other = _rig.Again();
        await other.PutAsync("station", DatasetClient.Csv(0, 310));

        await _rig.LookAsync();

        var answer = await AnswerAsync("station");
        Assert.That(answer.Step.Show(answer.At(0)), Is.EqualTo("2026-01-05T05:10:00"));
        Assert.That(answer.Warnings, Is.Empty);
    }

    private async Task<Forecast> AnswerAsync(string identifier, ServingRig? rig = null)
    {
        using var request = PredictRequest.Newest(new(identifier), 1, []);
        return await (rig ?? _rig).Get<PredictService>().PredictAsync(request, null, new("test"), default);
    }

    private List<ServedChampion> Noted() =>
        JsonSerializer.Deserialize<List<ServedChampion>>(File.ReadAllBytes(_rig.RecordsPath), RegistryJson.Options)!;
}
