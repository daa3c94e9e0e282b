using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Modules.Datasets;
using FLTS.Modules.Pipeline;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline;

/// <summary>A station that is measured on.</summary>
[TestFixture, Parallelizable]
internal sealed class MeasurementsInPipelinesTests
{
    private const int Later = 720;

    private static readonly DatasetName _name = new("station");

    [Test]
    public async Task A_day_of_single_rows_writes_little_and_the_next_training_learns_from_what_was_test()
    {
        const int Rows = 20_000, TestRows = 2_000;
        await using var registry = await PipelineUnderTest.StartAsync(
            more: services => new DatasetsModule().AddServices(services, new ConfigurationBuilder().Build()));
        var lines = Steps.DemoCsv(Rows + Later).TrimEnd('\n').Split('\n');
        await PutAsync(registry, "train", lines[..(Rows - TestRows + 1)]);
        await PutAsync(registry, "test", [lines[0], .. lines[(Rows - TestRows + 1)..(Rows + 1)]]);
        var before = await RunAsync(registry);
        var size = await SizeAsync(registry);

        for (var row = Rows + 1; row < lines.Length; row++)
            await AppendAsync(registry, lines[0], lines[row]);

        var written = await SizeAsync(registry) - size;
        TestContext.Out.WriteLine($"{Later} rows wrote {written:N0} bytes");
        Assert.That(written, Is.LessThan(5_000_000), "of a station of about as many, that once was written whole with every row");
        var after = await RunAsync(registry);
        Assert.That(before.Fitted, Is.LessThanOrEqualTo(Time(lines[Rows - TestRows])), "up to the end of train");
        Assert.That(after.Fitted, Is.GreaterThan(Time(lines[Rows - TestRows + (Later / 2)])), "rows that were test are train");
        Assert.That(after.Fitted, Is.LessThanOrEqualTo(Time(lines[Rows - TestRows + Later])), "rows that are test now are not");
        Assert.That(before.TestRows, Is.InRange(TestRows, TestRows + 20), "gaps are filled");
        Assert.That(after.TestRows, Is.EqualTo(before.TestRows).Within(20), "it keeps its length and moves on");
        Assert.That(await StartAsync(registry), Is.EqualTo(after.Id), "the same rows are the same pipeline");
    }

    private static DateTime Time(string line) => DateTime.Parse(line.Split(',')[0], CultureInfo.InvariantCulture);

    private static async Task PutAsync(RegistryUnderTest registry, string part, string[] lines)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        await registry.Get<ISourceCatalog>().AddAsync(_name, part, file, default);
    }

    private static async Task AppendAsync(RegistryUnderTest registry, string header, string line)
    {
        var appender = registry.Get<RowAppender>();
        var answer = await appender.AppendAsync(
            await appender.FilesAsync(_name, [], default), new SentRows(header.Split(','), [line.Split(',')], 0), false, default);
        Assert.That(answer.New, Is.EqualTo(1));
    }

    /// <summary>A pipeline of a model that is fitted up to the end of train: what it was fitted on, and how many rows test has.</summary>
    private static async Task<(PipelineId Id, DateTime Fitted, int TestRows)> RunAsync(RegistryUnderTest registry)
    {
        var started = await StartAsync(registry);
        await registry.WorkAsync();
        var run = await registry.RunOfAsync(started, "AR");
        Assert.That(run.Status, Is.EqualTo(RunStatus.Succeeded), run.Error);
        using var manifest = await registry.Store.ReadAllAsync(ObjectKeys.Manifest(run.RunId, run.Attempt), default);
        var fitted = JsonNode.Parse(manifest.ToArray())!["fitted"]!;
        var data = await registry.DatasetAsync(run.ConfigHash);
        return (started, DateTime.Parse(fitted["to"]!.GetValue<string>(), CultureInfo.InvariantCulture), data.TestRows ?? 0);
    }

    private static async Task<PipelineId> StartAsync(RegistryUnderTest registry)
    {
        using var request = JsonDocument.Parse(
            """{"dataset": "station", "model_types": ["AR"], "sample_train_rows": 1000, "sample_strategy": "tail"}""");
        return (await registry.Get<PipelineService>().StartAsync(PipelineRequest.Parse(request.RootElement), default)).PipelineId;
    }

    /// <summary>Bytes of database and objects; what waits in the database's journal is written to it first.</summary>
    private static async Task<long> SizeAsync(RegistryUnderTest registry)
    {
        await registry.ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)");
        SqliteConnection.ClearAllPools();
        return Directory.EnumerateFiles(registry.DataFolder, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
    }
}
