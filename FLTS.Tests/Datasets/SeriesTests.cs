using System.Text;
using System.Text.Json.Nodes;
using FLTS.Modules.Datasets;
using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Sources;
using FLTS.Tests.Pipeline;
using Microsoft.Extensions.Configuration;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

/// <summary>Files that hold several series, one row of each after another.</summary>
[TestFixture, Parallelizable]
internal sealed class SeriesTests
{
    private static readonly JsonObject _byStation = new() { ["series_column"] = "station" };

    private RegistryUnderTest _registry = null!;
    private DatasetName _name;
    private int _names;

    private ISourceCatalog Sources => _registry.Get<ISourceCatalog>();

    [OneTimeSetUp]
    public async Task Start() => _registry = await PipelineUnderTest.StartAsync(
        more: services => new DatasetsModule().AddServices(services, new ConfigurationBuilder().Build()));

    [OneTimeTearDown]
    public async Task Stop() => await _registry.DisposeAsync();

    /// <summary>A dataset for each test: the parts are shared.</summary>
    [SetUp]
    public void Begin() => _name = new($"city-{++_names}");

    [Test]
    public async Task Each_series_of_a_file_is_a_dataset_and_no_copy_of_the_file_is_made()
    {
        var put = await PutAsync(Long(30, "north", "south"));

        var (north, south) = (await ResolveAsync("north"), await ResolveAsync("south"));
        var profile = await _registry.Get<DatasetInsight>().ProfileAsync(south.Name, [], default);
        var listed = (await _registry.Get<DatasetReader>().ListAsync(Sources, 500, null, default)).Items
            .Where(d => d.Name.Value.StartsWith(_name.Value, StringComparison.Ordinal))
            .ToList();

        Assert.That(put.Series.Select(s => s.Value), Is.EqualTo([$"{_name}.north", $"{_name}.south"]));
        Assert.That((put.Rows, put.Columns), Is.EqualTo((30, new[] { "load" })));
        Assert.That((north.TrainSha256, south.TrainSha256), Is.EqualTo((put.Sha256, put.Sha256)));
        Assert.That(profile.Train.Series.RowsRead, Is.EqualTo(30));
        Assert.That(profile.Columns.Single().Mean, Is.EqualTo(1000 + 14.5).Within(1e-9));
        Assert.That(
            listed.Select(d => (d.Name.Value, d.SeriesOf?.Value)),
            Is.EqualTo([(_name.Value, null), ($"{_name}.north", _name.Value), ($"{_name}.south", _name.Value)]));
        Assert.That(await Sources.VersionsAsync(south.Name, default), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task The_dataset_itself_names_its_series_where_one_is_needed_and_an_unknown_one_is_answered_with_them()
    {
        await PutAsync(Long(30, "north", "south"));

        Assert.That(
            () => Sources.ResolveAsync(_name, default),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains(
                $"hold 2 series, told apart by their column 'station', each a dataset of its own: {_name}.north, {_name}.south."));
        Assert.That(
            () => ResolveAsync("west"),
            Throws.TypeOf<NotFoundException>().With.Message.EqualTo(
                $"There is no dataset '{_name}.west'; the series of '{_name}' are {_name}.north, {_name}.south."));
    }

    [Test]
    public async Task A_pipeline_of_a_series_has_its_value_in_its_configuration()
    {
        await PutAsync(Long(30, "north", "south"));

        var plan = await _registry.Get<PipelinePlanner>().PlanAsync(new PipelineRequest { Dataset = new($"{_name}.south") }, default);

        var config = JsonNode.Parse(plan.Data.Config)!;
        Assert.That(
            (config["series_column"]!.GetValue<string>(), config["series_value"]!.GetValue<string>()),
            Is.EqualTo(("station", "south")));
        Assert.That(plan.Data.Identifier.Value, Is.EqualTo($"{_name}.south"));
    }

    [Test]
    public async Task A_newer_file_brings_new_series_and_a_series_takes_no_file_and_no_options_of_its_own()
    {
        await PutAsync(Long(30, "north", "south"));
        await PutAsync(Long(30, "north", "south", "east"), []);

        Assert.That((await ResolveAsync("east")).Options.Config.Reading.SeriesValue, Is.EqualTo("east"));
        Assert.That(
            async () =>
            {
                using var body = new MemoryStream(Encoding.UTF8.GetBytes(DatasetClient.Csv(0, 30)));
                await _registry.Get<SourceUpload>().ReceiveAsync(new($"{_name}.east"), "train", [], body, default);
            },
            Throws.TypeOf<InvalidInputException>().With.Message.Contains($"is a series of '{_name}', whose file holds all"));
        Assert.That(
            () => _registry.Get<DatasetOptionsService>().ReplaceAsync(new($"{_name}.east"), SourceOptions.None, default),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains($"is a series of '{_name}'"));
    }

    [Test]
    public async Task A_file_with_more_series_than_anybody_lists_is_refused()
    {
        await PutAsync(Long(30, "north", "south"));
        var many = Long(1, [.. Enumerable.Range(0, SourceSeries.Most + 1).Select(i => $"cell-{i}")]);

        Assert.That(
            () => PutAsync(many),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("column 'station' (series_column) has more than 1000 values"));
    }

    [Test]
    public void A_value_makes_a_name_and_one_that_makes_none_or_that_of_another_is_left_out_and_said()
    {
        var list = SeriesList.Of(
            new("city"), ["north", "Sants 1", "a b", "a/b", "x-y", "x y", "0_test", new string('z', 70), "São"]);

        Assert.That(
            list.Named.Select(s => (s.Name.Value, s.Value)),
            Is.EqualTo([("city.S-o", "São"), ("city.Sants-1", "Sants 1"), ("city.north", "north"), ("city.x-y", "x-y")]));
        Assert.That(list.Nameless, Is.EqualTo(["0_test", "a b", "a/b", "x y", new string('z', 70)]));
        Assert.That(list.Warnings.Single(), Does.StartWith("5 of the series make no name of a dataset").And.Contains("a b, a/b"));
    }

    private static string Long(int rows, params string[] stations) => "time,station,load\n" + string.Concat(
        from row in Enumerable.Range(0, rows)
        from station in stations.Index()
        select $"{DatasetClient.At(row)},{station.Item},{(1000 * station.Index) + row}\n");

    private async Task<UploadedSource> PutAsync(string csv, JsonObject? given = null)
    {
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        return await _registry.Get<SourceUpload>().ReceiveAsync(_name, "train", given ?? _byStation, body, default);
    }

    private Task<SourceFiles> ResolveAsync(string series) => Sources.ResolveAsync(new($"{_name}.{series}"), default);
}
