using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using FLTS.Tests.Host;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

/// <summary>
/// The same measurements by HTTP, by message and by a followed file, in random order, doubled and corrected, on both transports.
/// </summary>
[TestFixture(Stack.Embedded)]
[TestFixture(Stack.Full, Category = TestCategories.Servers)]
[Parallelizable]
internal sealed class WaysInTests(Stack stack)
{
    /// <summary>Rows of the train file, of the test file behind it, of both, and of what comes after.</summary>
    private const int Train = 20, Test = 10, Base = Train + Test, Later = 60;
    private const int Correction = 1000;

    private const string ByHttp = "by-http", ByEvent = "by-event", ByFile = "by-file", Header = "time,down,up\n";

    /// <summary>Rows of the files that are corrected: one of either.</summary>
    private static readonly int[] _correctedInFiles = [3, Train + 5];

    private TemporaryFolder _folder = null!;
    private RunningHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        Directory.CreateDirectory(_folder["datasets"]);
        var settings = (stack == Stack.Full ? await FullSettings.CreateAsync() : new Dictionary<string, string>())
            .ToDictionary(s => s.Key.Replace("__", ":", StringComparison.Ordinal), s => (string?)s.Value);
        settings["Pipeline:DemoOnEmpty"] = "false";
        settings["Datasets:Folder"] = _folder["datasets"];
        settings["Datasets:Follow:0"] = ByFile;
        settings["Datasets:FollowSeconds"] = "0.1";
        _host = await RunningHost.StartAsync(settings: settings, folder: _folder).ReadyAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task They_end_as_the_same_rows_and_are_compacted_into_the_same_bytes()
    {
        var lines = Sent();
        await File.WriteAllTextAsync(File_.Replace(".csv", "_test.csv", StringComparison.Ordinal), Header + Rows(Train, Test));
        await File.WriteAllTextAsync(File_, Header + Rows(0, Train));
        foreach (var name in new[] { ByHttp, ByEvent })
        {
            await _host.PutAsync(name, Header + Rows(0, Train)).ExpectAsync(HttpStatusCode.Created);
            await _host.PutAsync(name, Header + Rows(Train, Test), "?part=test").ExpectAsync(HttpStatusCode.Created);
        }

        await UntilAsync(
            "the file is followed", () => Service<FollowedPlaces>().FindAsync(new(ByFile), default), place => place is { Rows: Train });

        foreach (var chunk in lines.Chunk(7))
        {
            await _host.AppendAsync(ByHttp, Header + string.Concat(chunk)).ExpectAsync(HttpStatusCode.OK);
            await PublishAsync(ByEvent, AsJson(chunk));
            await PublishAsync(ByEvent, AsJson(chunk)); // Delivered once more.
        }

        await WriteAsync(lines);

        var http = await LogAsync(ByHttp);
        Assert.That(http, Has.Count.EqualTo(Later + _correctedInFiles.Length), "and the corrections of rows of the files");
        Assert.That(await UntilAsync("messages", () => LogAsync(ByEvent), log => log.SequenceEqual(http)), Is.EqualTo(http));
        Assert.That(await UntilAsync("the file", () => LogAsync(ByFile), log => log.SequenceEqual(http)), Is.EqualTo(http));

        var rows = Enumerable.Range(0, Base + Later).Select(row => Line(row, IsCorrected(row) ? Correction : 0)).ToList();
        var sources = new List<(string Train, string? Test)>();
        foreach (var name in new[] { ByHttp, ByEvent, ByFile })
        {
            Assert.That(await _host.CompactedAsync(name), Is.EqualTo(Header + string.Concat(rows.SkipLast(Test))), name);
            Assert.That(await _host.CompactedAsync(name, "test"), Is.EqualTo(Header + string.Concat(rows.TakeLast(Test))), name);
            var files = await Service<CompactedSources>().ResolveAsync(new(name), [], default);
            sources.Add((files.TrainSha256, files.TestSha256));
        }

        Assert.That(sources.Distinct().Count(), Is.EqualTo(1), "one source by its content, whichever way the rows came");
    }

    [Test]
    public async Task A_message_of_a_CSV_is_taken_as_one_of_rows_is()
    {
        await _host.PutAsync("as-csv", Header + Rows(0, Base)).ExpectAsync(HttpStatusCode.Created);
        await PublishAsync("as-csv", JsonSerializer.SerializeToElement(Header + Rows(Base, 5)));

        await UntilAsync("messages", () => LogAsync("as-csv"), log => log.Count == 5);
    }

    [Test]
    public async Task What_cannot_be_read_ends_in_the_error_queue_with_its_sentence_and_holds_up_nothing_behind_it()
    {
        await _host.PutAsync("spoiled", Header + Rows(0, Base)).ExpectAsync(HttpStatusCode.Created);
        var sentences = new ConcurrentDictionary<string, string>();
        var errors = Service<IBus>().ConnectReceiveEndpoint("measurements-arrived_error", endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.Handler<MeasurementsArrived>(context =>
            {
                var headers = context.ReceiveContext.TransportHeaders;
                sentences[context.Message.Dataset.Value] = headers.Get<string>(MessageHeaders.FaultMessage) ?? "";
                return Task.CompletedTask;
            });
        });
        await errors.Ready;

        await PublishAsync("spoiled", JsonSerializer.SerializeToElement(Header + $"{DatasetClient.At(Base)},often,1\n"));
        await PublishAsync("nowhere", AsJson([Line(Base, 0)]));
        await PublishAsync("../../keys/admin.key", AsJson([Line(Base, 0)]));

        await UntilAsync("three errors", () => Task.FromResult(sentences), s => s.Count == 3);
        Assert.That(sentences["../../keys/admin.key"], Does.Contain("is no dataset name"));
        Assert.That(sentences["spoiled"], Does.Contain("row 2").And.Contain("often"));
        Assert.That(sentences["nowhere"], Does.Contain("There is no dataset 'nowhere'"));
        Assert.That(await LogAsync("spoiled"), Is.Empty);
        await PublishAsync("spoiled", AsJson([Line(Base, 0)]));
        await UntilAsync("what came behind", () => LogAsync("spoiled"), log => log.Count == 1);
    }

    private string File_ => Path.Combine(_folder["datasets"], $"{ByFile}.csv");

    private static bool IsCorrected(int row) => row < Base ? _correctedInFiles.Contains(row) : row % 5 == 0;

    /// <summary>New rows in random order, some twice, some corrected afterwards, rows of the files among them.</summary>
    private static List<string> Sent()
    {
        var random = new Random(11);
        var lines = Enumerable.Range(Base, Later).OrderBy(_ => random.Next()).Select(row => Line(row, 0)).ToList();
        foreach (var row in Enumerable.Range(0, Base + Later).Where(IsCorrected))
            lines.Insert(random.Next(lines.IndexOf(Line(row, 0)) + 1, lines.Count + 1), Line(row, Correction));
        foreach (var line in lines.Where((_, i) => i % 4 == 0).ToList())
            lines.Insert(lines.IndexOf(line) + 1, line);
        return lines;
    }

    /// <summary>As a station writes: half lines, and in between cut off and written anew, or another file put in its place.</summary>
    private async Task WriteAsync(List<string> lines)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            var sofar = Header + Rows(0, Train) + string.Concat(lines.Take(i));
            if (i == lines.Count / 3)
                await File.WriteAllTextAsync(File_, sofar);
            if (i == 2 * lines.Count / 3)
            {
                await File.WriteAllTextAsync(File_ + ".new", sofar);
                File.Move(File_ + ".new", File_, overwrite: true);
            }

            await File.AppendAllTextAsync(File_, lines[i][..8]);
            await Task.Delay(15);
            await File.AppendAllTextAsync(File_, lines[i][8..]);
        }
    }

    private static string Line(int row, int plus) => $"{DatasetClient.At(row)},{100 + row + plus},{row}.25\n";

    private static string Rows(int from, int count) => string.Concat(Enumerable.Range(from, count).Select(i => Line(i, 0)));

    private static JsonElement AsJson(IEnumerable<string> lines) => JsonSerializer.SerializeToElement(
        lines.Select(l => l.TrimEnd().Split(',')).Select(c => new Dictionary<string, object>
        {
            ["time"] = c[0],
            ["down"] = decimal.Parse(c[1], null),
            ["up"] = c[2],
        }));

    private Task PublishAsync(string dataset, JsonElement rows) =>
        Service<IBus>().Publish(new MeasurementsArrived(new(dataset), rows));

    private T Service<T>()
        where T : notnull => _host.App.Services.GetRequiredService<T>();

    /// <summary>What the log says last of each time, in the order of the times.</summary>
    private async Task<List<(DateTimeOffset Ts, string Values)>> LogAsync(string dataset)
    {
        await using var db = await Service<IDbContextFactory<RegistryDbContext>>().CreateDbContextAsync();
        var name = new DatasetName(dataset);
        var rows = await db.Measurements.AsNoTracking().Where(m => m.Dataset == name).ToListAsync();
        return [.. rows.GroupBy(r => r.Ts).OrderBy(r => r.Key).Select(r => (r.Key, r.MaxBy(m => m.Revision)!.Values))];
    }

    private static async Task<T> UntilAsync<T>(string what, Func<Task<T>> read, Func<T, bool> isSo)
    {
        for (var i = 0; ; i++)
        {
            var value = await read();
            if (isSo(value) || i == 1600)
                return i < 1600 ? value : throw new AssertionException($"{what}: not within 160 s");
            await Task.Delay(100);
        }
    }
}
