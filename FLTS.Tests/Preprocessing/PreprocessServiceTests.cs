using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Modules.Contracts;
using FLTS.Modules.Forecasting.Preparation;
using FLTS.Modules.Preprocessing;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Storage;
using FLTS.Tests.Registry;
using MassTransit;
using MassTransit.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using NUnit.Framework;

namespace FLTS.Tests.Preprocessing;

[TestFixture(Database.Sqlite)]
[TestFixture(Database.Postgres)]
internal sealed class PreprocessServiceTests(Database database)
{
    private TestRegistry _registry = null!;
    private ITestHarness _bus = null!;

    [SetUp]
    public async Task Start()
    {
        _registry = await TestRegistry.StartAsync(database, services =>
        {
            new PreprocessingModule().AddServices(services, new ConfigurationBuilder().Build());
            services.AddMassTransitTestHarness(bus => bus.SetTestTimeouts(testInactivityTimeout: TimeSpan.FromMilliseconds(50)));
        });
        _bus = _registry.Get<ITestHarness>();
        await _bus.Start();
    }

    [TearDown]
    public async Task Stop()
    {
        await _bus.Stop();
        await _registry.DisposeAsync();
    }

    [Test]
    public async Task A_csv_becomes_data_that_is_recorded_announced_and_read_back()
    {
        var hash = await QueueAsync(Csv(200));

        await RunAsync(hash);

        var row = await RowAsync(hash);
        Assert.That(row.Status, Is.EqualTo(DatasetStatus.Ready), row.Error);
        Assert.That((row.TrainRows, row.TestRows, row.LeaseOwner, row.Deaths), Is.EqualTo((160, 40, (string?)null, 0)));
        var data = await _registry.Get<IProcessedData>().OpenAsync(hash, default);
        Assert.That((data.Meta.ConfigHash, data.Train.Rows, data.Test.Rows), Is.EqualTo((hash, 160, 40)));
        Assert.That(await _registry.Get<IProcessedData>().OpenAsync(hash, default), Is.SameAs(data), "it was read twice");

        var ready = _bus.Published.Select<DatasetReady>().Single().Context.Message;
        Assert.That(ready.Train, Is.EqualTo(new ObjectReference("processed-data", $"{hash}/train.parquet", row.TrainSha256!)));
        Assert.That(ready.Columns, Is.EqualTo(data.Meta.Columns));
        Assert.That(_bus.Published.Select<InferenceDataReady>().Single().Context.Message.Test.Sha256, Is.EqualTo(row.TestSha256));
    }

    [Test]
    public async Task Data_that_is_ready_is_announced_again_and_not_built_again()
    {
        var hash = await QueueAsync(Csv(200));
        await RunAsync(hash);
        var before = await RowAsync(hash);
        var written = (await _registry.Get<IObjectStore>().StatAsync(ObjectKeys.Train(hash), default))!.ModifiedAt;

        await RunAsync(hash);

        Assert.That(_bus.Published.Select<DatasetReady>().Count(), Is.EqualTo(2));
        Assert.That((await RowAsync(hash)).LeaseToken, Is.EqualTo(before.LeaseToken));
        Assert.That((await _registry.Get<IObjectStore>().StatAsync(ObjectKeys.Train(hash), default))!.ModifiedAt, Is.EqualTo(written));
    }

    [Test]
    public async Task Many_jobs_at_once_build_once()
    {
        var hash = await QueueAsync(Csv(200));

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => RunAsync(hash))));

        var row = await RowAsync(hash);
        Assert.That((row.Status, row.Deaths), Is.EqualTo((DatasetStatus.Ready, 0)), row.Error);
    }

    [Test]
    public async Task A_csv_that_cannot_be_used_fails_for_good_with_a_sentence()
    {
        var hash = await QueueAsync("time,down\n2026-03-02 00:00:00,1\n2026-03-02 00:02:00,many\n");

        await RunAsync(hash);

        var row = await RowAsync(hash);
        Assert.That(row.Status, Is.EqualTo(DatasetStatus.Failed));
        Assert.That(row.Error, Does.Contain("down").And.Contain("many"));
        Assert.That(_bus.Published.Select<DatasetReady>().Any(), Is.False);
    }

    [Test]
    public async Task A_source_that_was_changed_after_it_was_stored_is_refused_by_name()
    {
        var hash = await QueueAsync(Csv(200));
        var source = Directory.EnumerateFiles(Path.Combine(_registry.ObjectFolder, "dataset")).Single();
        await File.AppendAllTextAsync(source, "\n");

        await RunAsync(hash);

        Assert.That((await RowAsync(hash)).Error, Does.Contain(Path.GetFileName(source)).And.Contain("changed"));
    }

    [Test]
    public async Task A_store_that_is_away_postpones_and_the_next_try_succeeds()
    {
        var hash = await QueueAsync(Csv(200));
        Directory.Move(_registry.ObjectFolder, _registry.ObjectFolder + "-away");
        await RunAsync(hash);
        await RunAsync(hash);

        var waiting = await RowAsync(hash);
        Assert.That((waiting.Status, waiting.Tries, waiting.LeaseOwner, waiting.Deaths), Is.EqualTo((DatasetStatus.Queued, 2, (string?)null, 0)));
        Assert.That(waiting.NextAttemptAt, Is.GreaterThan(SampleRows.Start));
        Assert.That(waiting.Error, Does.Contain("object folder"));

        Directory.Move(_registry.ObjectFolder + "-away", _registry.ObjectFolder);
        await RunAsync(hash);
        Assert.That((await RowAsync(hash)) is { Status: DatasetStatus.Ready, Error: null }, Is.True);
    }

    [Test]
    public async Task What_a_worker_died_of_three_times_is_not_tried_a_fourth_time()
    {
        var hash = await QueueAsync(Csv(200));
        var leases = _registry.Get<ILeases>();
        for (var death = 0; death < 3; death++)
        {
            Assert.That(await leases.TryAcquireAsync(LeaseKind.Dataset, hash, default), Is.Not.Null);
            await _registry.ExecuteAsync("UPDATE datasets SET lease_heartbeat = lease_heartbeat - 10001");
        }

        await RunAsync(hash);

        var row = await RowAsync(hash);
        Assert.That((row.Status, row.Deaths), Is.EqualTo((DatasetStatus.Failed, 3)));
        Assert.That(row.Error, Does.Contain("worker died 3 times"));
    }

    [Test]
    public async Task While_somebody_else_works_on_it_nothing_is_done()
    {
        var hash = await QueueAsync(Csv(200));
        await _registry.Get<ILeases>().TryAcquireAsync(LeaseKind.Dataset, hash, default);

        await RunAsync(hash);

        Assert.That((await RowAsync(hash)).Status, Is.EqualTo(DatasetStatus.Queued));
    }

    [Test]
    public async Task Processed_data_that_was_changed_is_refused_by_name([Values("train.parquet", "test.parquet", "meta.json")] string file)
    {
        var hash = await QueueAsync(Csv(200));
        await RunAsync(hash);
        await File.AppendAllTextAsync(Path.Combine(_registry.ObjectFolder, "processed-data", hash, file), " ");

        Assert.That(() => _registry.Get<IProcessedData>().OpenAsync(hash, default), Throws.InstanceOf<CorruptArtifactException>().With.Message.Contains(file));
    }

    [Test]
    public async Task Data_that_is_not_ready_is_not_found()
    {
        var hash = await QueueAsync(Csv(200));
        Assert.That(() => _registry.Get<IProcessedData>().OpenAsync(hash, default), Throws.InstanceOf<NotFoundException>());
    }

    [Test]
    public async Task A_flat_column_is_reported_and_makes_no_number_infinite()
    {
        var hash = await QueueAsync(Csv(50, flat: true));

        await RunAsync(hash);

        Assert.That(JsonNode.Parse((await RowAsync(hash)).Report!)!["flat_columns"]!.AsArray().Select(c => c!.GetValue<string>()), Is.EqualTo(["up"]));
        var data = await _registry.Get<IProcessedData>().OpenAsync(hash, default);
        Assert.That(data.Train.Values.SelectMany(v => v), Has.All.Matches<double>(double.IsFinite));
    }

    private Task RunAsync(string hash) => _registry.Get<IPreprocessJob>().RunAsync(hash, "station", default);

    private async Task<DatasetRow> RowAsync(string hash)
    {
        await using var db = await _registry.OpenAsync();
        return await db.Datasets.AsNoTracking().SingleAsync(d => d.ConfigHash == hash);
    }

    private async Task<string> QueueAsync(string csv)
    {
        await File.WriteAllTextAsync(Path.Combine(_registry.SourceFolder, "station.csv"), csv);
        var files = await _registry.Get<ISourceCatalog>().ResolveAsync("station", default);
        var config = PreprocessConfig.Parse("station", files.TrainSha256, files.TestSha256);
        await _registry.InsertAsync(new DatasetRow
        {
            ConfigHash = config.ConfigHash,
            Identifier = "station",
            SourceName = "station",
            Config = CanonicalJson.Serialize(config.ToJson()),
            CreatedAt = SampleRows.Start,
        });
        return config.ConfigHash;
    }

    private static string Csv(int rows, bool flat = false)
    {
        var text = new StringBuilder("time,down,up\n");
        for (var i = 0; i < rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{SampleRows.Start.DateTime.AddMinutes(2 * i):yyyy-MM-dd HH:mm:ss},{10 + (5 * Math.Sin(i / 7.0))},{(flat ? 3 : i % 13)}\n");
        }

        return text.ToString();
    }
}
