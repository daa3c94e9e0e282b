using System.Text;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Datasets;
using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Sources;
using FLTS.Tests.Pipeline;
using Microsoft.Extensions.Configuration;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

/// <summary>Options stored with a dataset: who keeps to them, and what is refused.</summary>
[TestFixture, Parallelizable]
internal sealed class DatasetOptionsTests
{
    private const string Zoned = "when,down\n2026-01-05T00:00:00Z,1\n2026-01-05T00:01:00Z,2\n2026-01-05T00:02:00Z,3\n";

    private RegistryUnderTest _registry = null!;
    private DatasetName _name;
    private int _names;

    private ISourceCatalog Sources => _registry.Get<ISourceCatalog>();

    private DatasetOptionsService Service => _registry.Get<DatasetOptionsService>();

    [OneTimeSetUp]
    public async Task Start() => _registry = await PipelineUnderTest.StartAsync(
        more: services => new DatasetsModule().AddServices(services, new ConfigurationBuilder().Build()));

    [OneTimeTearDown]
    public async Task Stop() => await _registry.DisposeAsync();

    /// <summary>A dataset for each test: the parts are shared.</summary>
    [SetUp]
    public void Begin() => _name = new($"station-{++_names}");

    [Test]
    public async Task Options_of_a_PUT_are_stored_with_the_file_and_what_comes_after_is_read_with_them()
    {
        await PutAsync(Zoned, new JsonObject { ["timestamp_column"] = "when", ["timezone"] = "Europe/Madrid" });
        await PutAsync(Zoned + "2026-01-05T00:03:00Z,4\n");
        await PutAsync("when,down\n2026-01-05T00:10:00Z,1\n2026-01-05T00:11:00Z,2\n", part: "test");
        var options = (await Sources.GetAsync(_name, default)).Options;
        var appender = _registry.Get<RowAppender>();
        await appender.AppendAsync(
            await appender.FilesAsync(_name, [], default),
            new SentRows(["when", "down"], [["2026-01-05T00:12:00Z", "5"]], 0),
            mayComeAgain: false,
            default);
        var profile = await _registry.Get<DatasetInsight>().ProfileAsync(_name, [], default);

        Assert.That(options.Json, Is.EqualTo("""{"timestamp_column":"when","timezone":"Europe/Madrid"}"""));
        Assert.That((profile.Train.Series.RowsRead, profile.Test!.Series.RowsRead), Is.EqualTo((5, 2)), "the test part has moved on");
    }

    [Test]
    public async Task Options_of_the_next_PUT_come_beside_those_that_are_stored_also_where_the_bytes_are_the_same()
    {
        await PutAsync(Zoned, new JsonObject { ["timestamp_column"] = "when", ["timezone"] = "Europe/Madrid" });
        await PutAsync(Zoned, new JsonObject { ["timezone"] = "UTC" });

        Assert.That(
            (await Sources.GetAsync(_name, default)).Options.Json, Is.EqualTo("""{"timestamp_column":"when","timezone":"UTC"}"""));
        Assert.That(await Sources.VersionsAsync(_name, default), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Options_with_which_the_newest_file_cannot_be_read_are_refused_and_nothing_is_stored()
    {
        await PutAsync(DatasetClient.Csv(0, 30));
        var before = Sources.Additions;

        foreach (var (options, sentence) in new (JsonObject, string)[]
        {
            (new JsonObject { ["timestamp_column"] = "when" }, "there is no timestamp column 'when'"),
            (new JsonObject { ["series_column"] = "station" }, "there is no column 'station'"),
            (new JsonObject { ["timezon"] = "UTC" }, "Unknown option 'timezon'; known are "),
            (new JsonObject { ["timezone"] = "Madrid" }, "'Madrid'"),
            (new JsonObject { ["units"] = new JsonObject { ["down"] = 1 } }, "'units.down' is 1; it must be text"),
        })
        {
            Assert.That(
                async () => await Service.ReplaceAsync(_name, SourceOptions.Parse(options), default),
                Throws.TypeOf<InvalidInputException>().With.Message.Contains(sentence));
        }

        Assert.That((await Sources.GetAsync(_name, default)).Options, Is.EqualTo(SourceOptions.None));
        Assert.That(Sources.Additions, Is.EqualTo(before));
        Assert.That(
            () => Service.ReplaceAsync(new("nowhere"), SourceOptions.None, default), Throws.TypeOf<NotFoundException>());
    }

    [Test]
    public async Task Options_are_also_those_of_a_file_in_the_folder_and_replacing_them_leaves_none_of_before()
    {
        await File.WriteAllTextAsync(Path.Combine(_registry.DatasetsFolder, $"{_name}.csv"), Zoned);
        await Service.ReplaceAsync(
            _name,
            SourceOptions.Parse(new JsonObject
            {
                ["timestamp_column"] = "when",
                ["timezone"] = "UTC",
                ["units"] = new JsonObject { ["down"] = "bit/s" },
            }),
            default);
        await Service.ReplaceAsync(
            _name, SourceOptions.Parse(new JsonObject { ["timestamp_column"] = "when", ["timezone"] = "Europe/Madrid" }), default);

        Assert.That(
            (await Sources.ResolveAsync(_name, default)).Options.Json,
            Is.EqualTo("""{"timestamp_column":"when","timezone":"Europe/Madrid"}"""));
    }

    [Test]
    public async Task A_pipeline_starts_from_the_stored_options_and_its_own_come_before_them()
    {
        await PutAsync(
            Zoned,
            new JsonObject
            {
                ["timestamp_column"] = "when",
                ["timezone"] = "Europe/Madrid",
                ["units"] = new JsonObject { ["down"] = "bit/s" },
            });

        Assert.That(await ZoneAsync([]), Is.EqualTo("Europe/Madrid"));
        Assert.That(await ZoneAsync(new JsonObject { ["timezone"] = "UTC" }), Is.EqualTo("UTC"));

        async Task<string?> ZoneAsync(JsonObject preprocessing)
        {
            var config = JsonNode.Parse((await PlanAsync(preprocessing)).Config)!;
            Assert.That(config["timestamp_column"]!.GetValue<string>(), Is.EqualTo("when"));
            Assert.That(config["units"], Is.Null, "they are only shown");
            return config["timezone"]?.GetValue<string>();
        }
    }

    [Test]
    public async Task Data_without_options_keeps_its_hash()
    {
        await PutAsync(DatasetClient.Csv(0, 30));
        var sha256 = (await Sources.ResolveAsync(_name, default)).TrainSha256;

        Assert.That(
            (await PlanAsync([])).ConfigHash.Value,
            Is.EqualTo(PreprocessConfigParser.Parse(_name.Value, sha256, null).ConfigHash));
    }

    [Test]
    public async Task A_new_train_file_may_come_with_options_that_its_test_file_is_still_to_be_written_for()
    {
        await PutAsync(DatasetClient.Csv(0, 30));
        await PutAsync(DatasetClient.Csv(30, 10), part: "test");

        var put = await PutAsync(DatasetClient.Csv(0, 30, "when,down,up\n"), new JsonObject { ["timestamp_column"] = "when" });

        Assert.That(put.Warnings, Has.One.StartsWith("The test part cannot be read with these options, put it again: "));
    }

    [TestCase("exclude=a&exclude=b", """{"exclude":["a","b"]}""")]
    [TestCase("skip_rows=1&decimal=,", """{"skip_rows":1,"decimal":","}""")]
    [TestCase("""resample={"step":"01:00:00","how":"mean"}""", """{"resample":{"step":"01:00:00","how":"mean"}}""")]
    public void Options_in_an_address_are_those_of_a_document(string query, string json) =>
        Assert.That(
            OptionText.Read(query.Split('&').Select(p => (p.Split('=')[0], p.Split('=')[1]))).ToJsonString(
                new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }),
            Is.EqualTo(json));

    [Test]
    public void An_option_in_an_address_is_given_once_and_an_object_is_JSON()
    {
        Assert.That(
            () => OptionText.Read([("step", "month"), ("step", "year")]),
            Throws.TypeOf<InvalidInputException>().With.Message.EqualTo("'step' is given twice; give it once."));
        Assert.That(
            () => OptionText.Read([("resample", "hourly")]),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("'resample' is 'hourly', which is no JSON"));
    }

    private async Task<UploadedSource> PutAsync(string csv, JsonObject? given = null, string part = "train")
    {
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        return await _registry.Get<SourceUpload>().ReceiveAsync(_name, part, given ?? [], body, default);
    }

    private async Task<PlannedData> PlanAsync(JsonObject preprocessing) => (await _registry.Get<PipelinePlanner>().PlanAsync(
        new PipelineRequest { Dataset = _name, Preprocessing = preprocessing }, default)).Data;
}
