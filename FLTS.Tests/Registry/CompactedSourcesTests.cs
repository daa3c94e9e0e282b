using System.Text;
using System.Text.Json.Nodes;
using FLTS.Modules.Datasets;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Sources;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

/// <summary>What a pipeline gets of files and log.</summary>
[TestFixture, Parallelizable]
internal sealed class CompactedSourcesTests
{
    private RegistryUnderTest _registry = null!;
    private DatasetName _name;
    private int _names;

    private CompactedSources Compacted => _registry.Get<CompactedSources>();

    private ISourceCatalog Sources => _registry.Get<ISourceCatalog>();

    [OneTimeSetUp]
    public async Task Start()
    {
        _registry = await RegistryUnderTest.ReadyAsync(Stack.Embedded, AddDatasets);
        await RecordingBus.StartAsync(_registry);
    }

    [OneTimeTearDown]
    public async Task Stop() => await _registry.DisposeAsync();

    /// <summary>A dataset for each test: the parts are shared.</summary>
    [SetUp]
    public void Begin() => _name = new($"station-{++_names}");

    [Test]
    public async Task Without_a_log_the_files_are_the_sources_and_the_same_log_makes_no_second_version()
    {
        await PutAsync(DatasetClient.Csv(0, 30));
        Assert.That(await Compacted.ResolveAsync(_name, [], default), Is.EqualTo(await Sources.ResolveAsync(_name, default)));

        await AppendAsync(DatasetClient.Csv(30, 5));
        var first = await Compacted.ResolveAsync(_name, [], default);
        var again = await Compacted.ResolveAsync(_name, [], default);

        Assert.That(again, Is.EqualTo(first));
        Assert.That(await TextAsync(first.TrainSha256), Is.EqualTo(DatasetClient.Csv(0, 35)));
        Assert.That((await Sources.VersionsAsync(_name, default)).Select(v => v.MadeOf is null), Is.EqualTo([false, true]));
        Assert.That((await Sources.GetAsync(_name, default)).TrainSha256, Is.Not.EqualTo(first.TrainSha256), "the file is what was put");
    }

    [Test]
    public async Task The_test_part_keeps_its_length_and_moves_on_with_the_rows_that_come()
    {
        await PutAsync(DatasetClient.Csv(0, 30));
        await PutAsync(DatasetClient.Csv(30, 10, "time,up,down\n"), "test");

        await AppendAsync(DatasetClient.Csv(40, 7));
        var moved = await Compacted.ResolveAsync(_name, [], default);
        await AppendAsync($"time,down,up\n{DatasetClient.At(-5)},1,2\n{DatasetClient.At(35)},1,2\n");
        var late = await Compacted.ResolveAsync(_name, [], default);

        Assert.That((await TimesAsync(moved.TrainSha256)), Is.EqualTo(Times(0, 37)), "rows that were test are train");
        Assert.That((await TimesAsync(moved.TestSha256!)), Is.EqualTo(Times(37, 10)));
        Assert.That((await TimesAsync(late.TrainSha256)), Is.EqualTo(new[] { DatasetClient.At(-5) }.Concat(Times(0, 37))));
        Assert.That((await TextAsync(late.TrainSha256)), Does.Contain($"{DatasetClient.At(35)},1,2\n"));
        Assert.That(late.TestSha256, Is.EqualTo(moved.TestSha256), "the newest rows are the same bytes");
    }

    [Test]
    public async Task A_test_part_to_which_versions_before_had_appended_is_as_long_as_it_was_put()
    {
        await PutAsync(DatasetClient.Csv(0, 30));
        await PutAsync(DatasetClient.Csv(20, 25), "test"); // Put before, and replaced by a shorter one.
        await PutAsync(DatasetClient.Csv(30, 10).TrimEnd('\n'), "test");
        await PutAsync(DatasetClient.Csv(30, 12), "test");
        await PutAsync(DatasetClient.Csv(30, 13), "test");
        Assert.That(
            (await Compacted.ResolveAsync(_name, [], default)).TestSha256,
            Is.EqualTo((await Sources.GetAsync(_name, default)).TestSha256),
            "without a log they are the sources that they were");

        await AppendAsync(DatasetClient.Csv(43, 1));

        var files = await Compacted.ResolveAsync(_name, [], default);
        Assert.That(await TimesAsync(files.TestSha256!), Is.EqualTo(Times(34, 10)));
    }

    [Test]
    public async Task The_same_rows_give_the_same_bytes_in_whatever_order_and_however_often_they_were_sent()
    {
        var other = new DatasetName($"{_name}-other");
        await PutAsync(DatasetClient.Csv(0, 30));
        await PutAsync(DatasetClient.Csv(0, 30), name: other);

        await AppendAsync(DatasetClient.Csv(30, 6));
        foreach (var row in new[] { 35, 31, 33, 30, 33, 32, 34, 31 })
        {
            await AppendAsync($"time,down,up\n{DatasetClient.At(row)},77,78\n", other);
            await AppendAsync(DatasetClient.Csv(row, 1).Replace(":00,", ":00.000,", StringComparison.Ordinal), other);
        }

        Assert.That(
            (await Compacted.ResolveAsync(other, [], default)).TrainSha256,
            Is.EqualTo((await Compacted.ResolveAsync(_name, [], default)).TrainSha256));
    }

    [TestCase("{}", "time,down\n{0:yyyy-MM-dd HH:mm:ss},{1}\n")]
    [TestCase("""{"time_format":"dd/MM/yyyy HH:mm","decimal":","}""", "time;down\n{0:dd/MM/yyyy HH:mm};{1},5\n")]
    [TestCase("""{"time_format":"epoch_milliseconds","thousands":"'"}""", "time,down\n{2}000,1'{1}\n")]
    [TestCase("""{"timestamp_column":"day+hour","skip_rows":1}""", "day,hour,down\nd,h,kW\n{0:yyyy-MM-dd},{0:HH:mm},{1}\n")]
    [TestCase(
        """{"timezone":"Europe/Madrid","exclude":["note"],"missing_words":["-999"]}""",
        "time,note,down\n{0:yyyy-MM-ddTHH:mm:ss}Z,a,{1}\n")]
    [TestCase(
        """{"time_format":"yyyy-MM-dd HH:mm:ss zzz","timezone":"Europe/Madrid"}""",
        "time,down\n{0:yyyy-MM-dd HH:mm:ss} +00:00,{1}\n")]
    [TestCase("""{"time_format":"excel_days"}""", "time,down\n{3},{1}\n")]
    public async Task What_is_compacted_is_read_with_the_options_of_the_files(string options, string form)
    {
        var lines = form.Split('\n');
        var head = string.Concat(lines[..^2].Select(l => l + "\n"));
        string Row(int i)
        {
            var time = DatasetClient.Start.AddHours(i);
            var seconds = new DateTimeOffset(time, TimeSpan.Zero).ToUnixTimeSeconds();
            var days = (time - new DateTime(1899, 12, 30)).TotalDays;
            return string.Format(System.Globalization.CultureInfo.InvariantCulture, lines[^2], time, 100 + i, seconds, days) + "\n";
        }

        await PutAsync(head + string.Concat(Enumerable.Range(0, 40).Select(Row)), options: JsonNode.Parse(options)!.AsObject());
        var before = await Sources.GetAsync(_name, default);
        var skipped = head.Split('\n')[0] + "\n";
        await AppendAsync(skipped + Row(41) + Row(40));
        await AppendAsync(skipped + Row(3).Replace("103", "777", StringComparison.Ordinal));

        var after = await Compacted.ResolveAsync(_name, [], default);
        var (read, _) = await _registry.Get<SourceReader>().TablesAsync(after, default);

        Assert.That(after.Options, Is.EqualTo(before.Options));
        var (whole, _) = await _registry.Get<SourceReader>().TablesAsync(before, default);
        Assert.That(read.Timestamps[..40], Is.EqualTo(whole.Timestamps));
        Assert.That(read.Timestamps[40..], Is.EqualTo([whole.Timestamps[^1].AddHours(1), whole.Timestamps[^1].AddHours(2)]));
        Assert.That(read.Columns, Is.EqualTo(whole.Columns));
        Assert.That(read.Values[0][..3], Is.EqualTo(whole.Values[0][..3]));
        Assert.That(read.Values[0][3], Is.Not.EqualTo(whole.Values[0][3]));
        Assert.That(read.Values[0][4..40], Is.EqualTo(whole.Values[0][4..]));
        Assert.That(read.Header, Is.EqualTo(whole.Header));
    }

    [Test]
    public async Task Rows_of_a_series_are_compacted_for_that_series_alone()
    {
        var csv = "time,station,load\n" + string.Concat(
            from row in Enumerable.Range(0, 30) from s in new[] { "north", "south" } select $"{DatasetClient.At(row)},{s},{row}\n");
        await PutAsync(csv, options: new JsonObject { ["series_column"] = "station" });
        var (north, south) = (new DatasetName($"{_name}.north"), new DatasetName($"{_name}.south"));
        await AppendAsync($"time,load\n{DatasetClient.At(30)},7\n", south);

        var files = await Compacted.ResolveAsync(south, [], default);

        Assert.That((await TextAsync(files.TrainSha256)).Split('\n').TakeLast(3), Is.EqualTo(
            [$"{DatasetClient.At(29)},south,29", $"{DatasetClient.At(30)},south,7", ""]));
        Assert.That((await Compacted.ResolveAsync(north, [], default)).TrainSha256, Is.Not.EqualTo(files.TrainSha256));
        Assert.That((await Sources.GetAsync(south, default)).Whole, Is.EqualTo(_name), "it is still a series of the file");
        Assert.That(
            (await Sources.VersionsAsync(south, default)).Select(v => (v.Name, v.MadeOf is null)),
            Is.EqualTo([(_name, true), (south, false)]));
    }

    [Test]
    public async Task The_zone_of_measurements_that_were_taken_stays()
    {
        await PutAsync(DatasetClient.Csv(0, 30));
        await Sources.SetOptionsAsync(_name, SourceOptions.Parse(new JsonObject { ["timezone"] = "Europe/Madrid" }), default);
        await AppendAsync(DatasetClient.Csv(30, 1));

        Assert.That(
            () => Sources.SetOptionsAsync(_name, SourceOptions.None, default),
            Throws.TypeOf<ConflictException>().With.Message.Contains("are times of Europe/Madrid and cannot become times without a zone"));
        await Sources.SetOptionsAsync(
            _name, SourceOptions.Parse(new JsonObject { ["timezone"] = "Europe/Madrid", ["non_negative"] = "on" }), default);
    }

    private static void AddDatasets(IServiceCollection services, IConfiguration configuration)
    {
        RecordingBus.Add(services);
        new DatasetsModule().AddServices(services, configuration);
    }

    private static IEnumerable<string> Times(int from, int count) => Enumerable.Range(from, count).Select(DatasetClient.At);

    private async Task PutAsync(string csv, string part = "train", JsonObject? options = null, DatasetName? name = null)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        await Sources.AddAsync(name ?? _name, part, file, default, options is null ? null : SourceOptions.Parse(options));
    }

    private async Task AppendAsync(string csv, DatasetName? name = null)
    {
        var appender = _registry.Get<RowAppender>();
        var files = await appender.FilesAsync(name ?? _name, [], default);
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        var sent = await SentRows.ReadAsync(body, false, files.Options, _registry.Get<DatasetOptions>(), default);
        await appender.AppendAsync(files, sent, mayComeAgain: false, default);
    }

    private async Task<string> TextAsync(string sha256)
    {
        await using var stored = await _registry.Store.OpenReadAsync(ObjectKeys.Source(sha256), default);
        using var reader = new StreamReader(stored);
        return await reader.ReadToEndAsync();
    }

    private async Task<IEnumerable<string>> TimesAsync(string sha256) =>
        (await TextAsync(sha256)).TrimEnd('\n').Split('\n').Skip(1).Select(l => l.Split(',')[0]);
}
