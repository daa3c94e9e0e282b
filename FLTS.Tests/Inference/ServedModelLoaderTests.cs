using System.Text.Json.Nodes;
using FLTS.Forecasting.Series;
using FLTS.Modules.Inference.Models;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

[TestFixture, Parallelizable]
internal sealed class ServedModelLoaderTests
{
    private ServingRig _rig = null!;
    private string _name = null!;
    private int _names;

    private ServedModelLoader Loader => _rig.Get<ServedModelLoader>();

    [OneTimeSetUp]
    public async Task Start() => _rig = await ServingRig.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _rig.DisposeAsync();

    /// <summary>A dataset for each test: the parts are shared.</summary>
    [SetUp]
    public void Begin() => _name = $"station-{++_names}";

    [Test]
    public async Task The_lines_in_force_are_the_newest_of_each_identifier_with_the_attempt_whose_files_count()
    {
        var data = await _rig.PrepareAsync(_name, DatasetClient.Csv(0, 300));
        await _rig.PromoteAsync(data, "NAIVE", 1, _name);
        var newest = await _rig.PromoteAsync(data, "EWMA", 2, _name);
        var other = await _rig.PromoteAsync(data, "NAIVE", 1, $"{_name}-other");

        var champions = await Loader.ChampionsAsync(default);

        Assert.That(champions.Where(c => c.ConfigHash.Value == data.Meta.ConfigHash), Is.EquivalentTo([newest, other]));
    }

    [Test]
    public async Task A_model_starts_from_rows_that_were_appended_before_it_was_loaded()
    {
        var champion = await _rig.PromoteAsync(await _rig.PrepareAsync(_name, DatasetClient.Csv(0, 300)), "NAIVE", 1, _name);
        await _rig.PutAsync(_name, DatasetClient.Csv(0, 310));

        var model = await Loader.LoadAsync(champion, default);

        Assert.That((model.Newest.Series!.Timestamps[^1], model.IsFromCache), Is.EqualTo((DatasetClient.Start.AddMinutes(309), false)));
    }

    [Test]
    public async Task Without_database_and_store_there_is_a_model_where_its_files_were_read_before_and_none_elsewhere()
    {
        var data = await _rig.PrepareAsync(_name, DatasetClient.Csv(0, 300));
        var champion = await _rig.PromoteAsync(data, "NAIVE", 1, _name);
        var unread = await _rig.PromoteAsync(data, "EWMA", 2, _name);
        await Loader.LoadAsync(champion, default);
        _rig.TakeDatabaseAway();
        _rig.Registry.TakeStoreAway();
        try
        {
            var model = await Loader.LoadFromCacheAsync(champion, default);

            Assert.That((model.Identifier.Value, model.Version, model.IsFromCache), Is.EqualTo((_name, 1, true)));
            Assert.That(model.Newest.Series, Is.Null);
            Assert.That(model.Newest.None, Is.EqualTo("database and object store have not been reached since this process started"));
            Assert.That(() => Loader.LoadFromCacheAsync(unread, default), Throws.TypeOf<UnavailableException>());
        }
        finally
        {
            _rig.Registry.BringStoreBack();
            _rig.BringDatabaseBack();
        }
    }

    [Test]
    public async Task A_run_whose_artifacts_are_gone_is_refused_by_name()
    {
        var champion = await _rig.PromoteAsync(await _rig.PrepareAsync(_name, DatasetClient.Csv(0, 300)), "NAIVE", 1, _name);
        var gone = champion with { ManifestSha256 = null };

        foreach (var load in new[] { Loader.LoadAsync, Loader.LoadFromCacheAsync })
        {
            Assert.That(
                () => load(gone, default),
                Throws.TypeOf<CorruptArtifactException>().With.Message.EqualTo($"Run {champion.RunId} has no artifacts any more."));
        }
    }

    [Test]
    public async Task A_model_whose_data_was_out_of_reach_when_it_was_loaded_has_rows_as_soon_as_they_can_be_read()
    {
        var champion = await _rig.PromoteAsync(await _rig.PrepareAsync(_name, DatasetClient.Csv(0, 301)), "NAIVE", 1, _name);
        await Loader.LoadFromCacheAsync(champion, default);
        _rig.Registry.TakeStoreAway();
        ServedModel model;
        try
        {
            model = await Loader.LoadAsync(champion, default);
            Assert.That((model.Newest.Series is null, model.Newest.None is null), Is.EqualTo((true, false)));
        }
        finally
        {
            _rig.Registry.BringStoreBack();
        }

        await _rig.Get<NewestRows>().LookAsync(model, default);

        Assert.That(model.Newest.Series?.Timestamps[^1], Is.EqualTo(DatasetClient.Start.AddMinutes(300)));
        Assert.That(model.Newest.None, Is.Null);
    }

    [Test]
    public async Task Data_that_could_not_be_read_when_its_model_was_loaded_is_read_as_soon_as_it_can_be_whatever_became_of_its_source()
    {
        var data = await _rig.PrepareAsync(_name, DatasetClient.Csv(0, 303));
        var champion = await _rig.PromoteAsync(data, "NAIVE", 1, _name);
        await _rig.PutAsync(_name, DatasetClient.Csv(0, 303).Replace("down", "load", StringComparison.Ordinal));
        var putRight = await _rig.SpoilAsync(ObjectKeys.Train(new(data.Meta.ConfigHash)));
        var model = await Loader.LoadAsync(champion, default);
        Assert.That((model.Newest.Series, model.Newest.IsTrainingDue), Is.EqualTo(((PreparedSeries?)null, true)));

        await _rig.Get<NewestRows>().LookAsync(model, default);
        Assert.That(model.Newest.Series, Is.Null);
        await putRight();
        await _rig.Get<NewestRows>().LookAsync(model, default);

        Assert.That(model.Newest.Series?.Timestamps[^1], Is.EqualTo(DatasetClient.Start.AddMinutes(302)));
        Assert.That((model.Newest.None, model.Newest.IsTrainingDue), Is.EqualTo(((string?)null, false)));
    }

    [Test]
    public async Task Data_that_ends_with_just_the_rows_that_the_model_and_its_lags_need_is_enough()
    {
        var csv = DatasetClient.Csv(0, 300) + DatasetClient.Csv(400, 15, header: "");

        var model = await _rig.LoadAsync(_name, csv, new JsonObject { ["lags"] = new JsonArray(5) }, "AR");

        Assert.That((model.Newest.None, model.Newest.Warning), Is.EqualTo(((string?)null, (string?)null)));
        Assert.That(model.Newest.Series!.Timestamps[^1], Is.EqualTo(DatasetClient.Start.AddMinutes(414)));
    }

    [Test]
    public async Task A_model_whose_processed_data_is_lost_starts_from_the_rows_of_the_source()
    {
        var data = await _rig.PrepareAsync(_name, DatasetClient.Csv(0, 302));
        var champion = await _rig.PromoteAsync(data, "NAIVE", 1, _name);
        await _rig.Store.DeleteAsync(ObjectKeys.Test(new(data.Meta.ConfigHash)), default);

        var model = await Loader.LoadAsync(champion, default);

        Assert.That(model.Newest.Series?.Timestamps[^1], Is.EqualTo(DatasetClient.Start.AddMinutes(301)));
        Assert.That(model.Newest.None, Is.Null);
    }
}
