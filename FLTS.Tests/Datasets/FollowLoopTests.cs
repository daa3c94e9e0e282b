using System.Text;
using FLTS.Modules.Datasets;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Sources;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

/// <summary>A CSV of the datasets folder that grows.</summary>
[TestFixture, Parallelizable]
internal sealed class FollowLoopTests
{
    private const string Header = "time,down,up\n";

    private static readonly DatasetName _name = new("station");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));
    private RegistryUnderTest _registry = null!;

    [SetUp]
    public async Task Start()
    {
        _registry = await RegistryUnderTest.ReadyAsync(Database.Sqlite, Add);
        await RecordingBus.StartAsync(_registry);
    }

    [TearDown]
    public async Task Stop() => await _registry.DisposeAsync();

    private string Csv => Path.Combine(_registry.DatasetsFolder, "station.csv");

    [Test]
    public async Task What_it_is_at_first_is_the_file_of_its_dataset_without_a_line_that_is_half_written()
    {
        await WriteAsync(Lines(0, 20) + Line(20)[..9]);
        await LookAsync();
        var first = await StoredAsync();
        await AppendAsync(Line(20)[9..]);
        await LookAsync();

        var source = await _registry.UseAsync(db => db.Sources.SingleAsync());
        Assert.That(first, Is.Empty);
        Assert.That(source.Size, Is.EqualTo((Header + Lines(0, 20)).Length));
        Assert.That(await StoredAsync(), Is.EqualTo(Rows(20, 1)));
    }

    [Test]
    public async Task Written_in_pieces_of_any_length_every_row_is_taken_once()
    {
        await WriteAsync(Lines(0, 20));
        await LookAsync();
        var (rest, random) = (Lines(20, 200), new Random(5));
        for (var at = 0; at < rest.Length;)
        {
            var length = Math.Min(random.Next(1, 90), rest.Length - at);
            await AppendAsync(rest.Substring(at, length));
            await LookAsync();
            at += length;
        }

        Assert.That(await StoredAsync(), Is.EqualTo(Rows(20, 200)));
        Assert.That(await _registry.UseAsync(db => db.Measurements.MaxAsync(m => m.Revision)), Is.EqualTo(1), "none twice");
        Assert.That(await _registry.UseAsync(db => db.Sources.CountAsync()), Is.EqualTo(1), "and no copy of the file again");
    }

    [Test]
    public async Task Another_process_goes_on_where_the_one_before_stopped()
    {
        await WriteAsync(Lines(0, 20));
        await LookAsync();
        await AppendAsync(Lines(20, 5));
        await LookAsync();
        var before = await PlaceAsync();

        await using var next = _registry.Again(Add);
        await RecordingBus.StartAsync(next);
        await AppendAsync(Lines(25, 5));
        await LookAsync(next);

        Assert.That((before!.Offset, before.Rows), Is.EqualTo(((Header + Lines(0, 25)).Length, 25)));
        Assert.That((await PlaceAsync())!.Rows, Is.EqualTo(30));
        Assert.That(await StoredAsync(), Is.EqualTo(Rows(20, 10)));
        Assert.That(next.Log.Count("follow_anew"), Is.Zero);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Truncated_or_replaced_it_is_read_from_its_beginning_and_nothing_counts_twice(bool isReplaced)
    {
        await WriteAsync(Lines(0, 20));
        await LookAsync();
        await AppendAsync(Lines(20, 30));
        await LookAsync();
        var anew = Lines(40, 9) + Line(49, plus: 1000) + Lines(50, 3);
        if (isReplaced)
        {
            await File.WriteAllTextAsync(Csv + ".new", Header + anew);
            File.Move(Csv + ".new", Csv, overwrite: true);
        }
        else
        {
            await WriteAsync(anew);
        }

        await LookAsync();

        var expected = Rows(20, 33);
        expected[49] = Row(49, plus: 1000);
        Assert.That(await StoredAsync(), Is.EqualTo(expected));
        Assert.That(_registry.Log.Count("follow_anew"), Is.EqualTo(1));
        Assert.That(await _registry.UseAsync(db => db.Measurements.CountAsync(m => m.Revision > 1)), Is.EqualTo(1), "the correction");
    }

    [Test]
    public async Task Corrected_between_its_rows_and_its_place_being_written_it_is_read_again()
    {
        await WriteAsync(Lines(0, 20));
        await LookAsync();
        await AppendAsync(Lines(20, 5));
        using (_registry.Get<IBus>().ConnectPublishObserver(
            new AfterPublish(() => WriteAsync(Lines(0, 22) + Line(22, plus: 5) + Lines(23, 2)))))
            await LookAsync();
        await LookAsync();

        var expected = Rows(20, 5);
        expected[22] = Row(22, plus: 5);
        Assert.That(await StoredAsync(), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_row_that_cannot_be_read_is_said_by_its_number_and_the_rows_before_it_are_taken()
    {
        await WriteAsync(Lines(0, 20));
        await LookAsync();
        await AppendAsync(Lines(20, 10) + "2026-01-05 00:30:00,often,1\n" + Lines(31, 4));
        await LookAsync();
        await LookAsync();

        Assert.That(await StoredAsync(), Is.EqualTo(Rows(20, 10)));
        Assert.That(
            _registry.Log.Warnings.Single(), Does.Contain("station.csv is followed up to here").And.Contain("ow 32").And.Contain("often"));

        await WriteAsync(Lines(0, 35));
        await LookAsync();
        Assert.That(await StoredAsync(), Is.EqualTo(Rows(20, 15)), "mended, it goes on");
    }

    [Test]
    public async Task A_row_ahead_of_the_clock_is_taken_when_the_clock_has_come_so_far()
    {
        await WriteAsync(Lines(0, 20));
        await LookAsync();
        await AppendAsync("2026-11-03 00:00:00,1,2\n");
        await LookAsync();
        var early = await StoredAsync();
        _time.Advance(TimeSpan.FromDays(2));
        await LookAsync();

        Assert.That(early, Is.Empty);
        Assert.That(_registry.Log.Warnings, Has.Some.Contains("Datasets:MaxFuture"));
        Assert.That(await StoredAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Links_pipes_and_packed_files_are_refused_and_the_others_are_followed()
    {
        await WriteAsync(Lines(0, 20));
        File.CreateSymbolicLink(Path.Combine(_registry.DatasetsFolder, "station-link.csv"), Csv);
        await File.WriteAllBytesAsync(
            Path.Combine(_registry.DatasetsFolder, "station-gzip.csv"), DatasetClient.Zip(Encoding.UTF8.GetBytes(Header + Lines(0, 20))));
        using (var pipe = System.Diagnostics.Process.Start("mkfifo", Path.Combine(_registry.DatasetsFolder, "station-pipe.csv")))
            await pipe.WaitForExitAsync();
        await File.WriteAllTextAsync(Path.Combine(_registry.DatasetsFolder, "other.csv"), Header + Lines(0, 20));

        await LookAsync().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.That(await PlaceAsync(), Is.Not.Null);
        Assert.That(await _registry.UseAsync(db => db.FollowedFiles.CountAsync()), Is.EqualTo(1));
        Assert.That(
            _registry.Log.Warnings,
            Has.One.Contains("station-link.csv is a symbolic link").And.One.Contains("station-gzip.csv is gzip")
                .And.One.Contains("station-pipe.csv is no regular file"));
    }

    [Test]
    public async Task Appended_truncated_and_replaced_while_it_is_read_it_ends_as_it_was_written([Range(1, 3)] int seed)
    {
        await WriteAsync(Lines(0, 20));
        await LookAsync();
        using var written = new CancellationTokenSource();
        var looking = Task.Run(async () =>
        {
            while (!written.IsCancellationRequested)
                await LookAsync();
        });
        var (random, values) = (new Random(seed), new SortedDictionary<int, int>(Enumerable.Range(0, 20).ToDictionary(i => i, _ => 0)));
        for (var step = 0; step < 60; step++)
        {
            for (var i = random.Next(4); i > 0; i--)
                values[values.Count] = 0;
            var corrected = random.Next(values.Count);
            values[corrected]++;
            var all = string.Concat(values.Select(v => Line(v.Key, v.Value)));
            switch (random.Next(3))
            {
                case 0:
                    await WriteAsync(all);
                    break;
                case 1:
                    await File.WriteAllTextAsync(Csv + ".new", Header + all);
                    File.Move(Csv + ".new", Csv, overwrite: true);
                    break;
                default:
                    var text = string.Concat(
                        values.TakeLast(5).Append(values.ElementAt(corrected)).Select(v => Line(v.Key, v.Value)));
                    var half = random.Next(text.Length);
                    await AppendAsync(text[..half]);
                    await AppendAsync(text[half..]);
                    break;
            }
        }

        await WriteAsync(string.Concat(values.Select(v => Line(v.Key, v.Value))));
        await written.CancelAsync();
        await looking;
        _time.Advance(TimeSpan.FromMinutes(2));
        await LookAsync();

        var stored = await StoredAsync();
        Assert.That(stored.Keys, Is.SubsetOf(values.Keys), "no time that was never written");
        Assert.That(
            values.Where(v => v.Key >= 20 || v.Value > 0).Select(v => (v.Key, stored.GetValueOrDefault(v.Key))),
            Is.EqualTo(values.Where(v => v.Key >= 20 || v.Value > 0).Select(v => (v.Key, Row(v.Key, v.Value)))));
    }

    private static string Line(int row, int plus = 0) => $"{DatasetClient.At(row)},{100 + row + plus},{row}.5\n";

    private static string Lines(int from, int count) => string.Concat(Enumerable.Range(from, count).Select(i => Line(i)));

    /// <summary>As the log keeps it.</summary>
    private static string Row(int row, int plus = 0) => $$"""{"down":{{100 + row + plus}},"up":{{row}}.5}""";

    private static SortedDictionary<int, string> Rows(int from, int count) =>
        new(Enumerable.Range(from, count).ToDictionary(i => i, i => Row(i)));

    /// <summary>What the log says last of each time.</summary>
    private async Task<SortedDictionary<int, string>> StoredAsync()
    {
        var rows = await _registry.UseAsync(db => db.Measurements.AsNoTracking().Where(m => m.Dataset == _name).ToListAsync());
        return new(rows.GroupBy(r => r.Ts).ToDictionary(
            r => (int)(MeasurementLog.Time(r.Key) - DatasetClient.Start).TotalMinutes, r => r.MaxBy(m => m.Revision)!.Values));
    }

    private Task<FollowedPlace?> PlaceAsync() => _registry.Get<FollowedPlaces>().FindAsync(_name, default);

    private Task WriteAsync(string rows) => File.WriteAllTextAsync(Csv, Header + rows);

    private Task AppendAsync(string text) => File.AppendAllTextAsync(Csv, text);

    private Task LookAsync(RegistryUnderTest? process = null) => (process ?? _registry).Get<FollowLoop>().LookAsync(default);

    private void Add(IServiceCollection services, IConfiguration configuration)
    {
        RecordingBus.Add(services);
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton<IStartupGate, OpenGate>();
        services.AddSingleton(new DatasetOptions { Follow = ["station*"] });
        services.AddSingleton<FollowLoop>();
        new DatasetsModule().AddServices(services, configuration);
    }

    /// <summary>Does something when rows are in the log and told of.</summary>
    private sealed class AfterPublish(Func<Task> act) : IPublishObserver
    {
        public Task PrePublish<T>(PublishContext<T> context)
            where T : class => Task.CompletedTask;

        public Task PostPublish<T>(PublishContext<T> context)
            where T : class => act();

        public Task PublishFault<T>(PublishContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;
    }
}
