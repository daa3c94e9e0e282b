using System.Text;
using FLTS.Modules.Datasets;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

[TestFixture(Database.Sqlite)]
[TestFixture(Database.Postgres)]
[Parallelizable]
internal sealed class RowAppenderTests(Database database)
{
    private static readonly DatasetName _name = new("station");

    private RegistryUnderTest _registry = null!;

    [SetUp]
    public async Task Start()
    {
        _registry = await RegistryUnderTest.ReadyAsync(database, AddDatasets);
        await RecordingBus.StartAsync(_registry);
    }

    [TearDown]
    public async Task Stop() => await _registry.DisposeAsync();

    [Test]
    public async Task Processes_that_append_the_same_times_at_once_leave_one_row_of_each_and_every_correction_once()
    {
        await PutAsync("train", 0, 10);
        await using var other = _registry.Again(AddDatasets);
        await RecordingBus.StartAsync(other);

        // Each of ten sends the same five rows: five are new once, and what others say of them is a revision.
        var answers = await RegistryUnderTest.TogetherAsync(
            10, i => AppendAsync(i % 2 == 0 ? _registry : other, [.. Enumerable.Range(10, 5).Select(row => (row, i % 3))]));

        var rows = await StoredAsync();
        Assert.That(answers.Sum(a => a.New), Is.EqualTo(5));
        Assert.That(answers.Sum(a => a.Appended), Is.EqualTo(rows.Count));
        Assert.That(answers.Sum(a => a.New + a.Late + a.Corrected + a.Unchanged), Is.EqualTo(50));
        foreach (var time in rows.GroupBy(r => r.Ts))
        {
            var revisions = time.OrderBy(r => r.Revision).ToList();
            Assert.That(revisions.Select(r => r.Revision), Is.EqualTo(Enumerable.Range(1, revisions.Count)));
            Assert.That(revisions.Zip(revisions.Skip(1), (a, b) => a.Values != b.Values), Is.All.True, "none repeats the one before");
        }
    }

    [Test]
    public async Task What_is_sent_is_counted_by_what_was_known_of_its_time_in_the_log_and_in_the_files()
    {
        await PutAsync("train", 0, 10);
        await PutAsync("test", 12, 10);

        Assert.That(await CountsAsync((30, 1)), Is.EqualTo((1, 0, 0, 0)), "behind the test file");
        Assert.That(await CountsAsync((30, 1)), Is.EqualTo((0, 0, 0, 1)), "the same");
        Assert.That(await CountsAsync((30, 2), (31, 2)), Is.EqualTo((1, 0, 1, 0)), "a correction and a new one");
        Assert.That(await CountsAsync((25, 1), (11, 1)), Is.EqualTo((0, 2, 0, 0)), "between log and file, and between the files");
        Assert.That(await CountsAsync((3, 7), (15, 7)), Is.EqualTo((0, 0, 2, 0)), "rows of both files");
        Assert.That(
            (await AppendTextAsync(DatasetClient.Csv(4, 1))).Unchanged, Is.EqualTo(1), "as the file has it");
        Assert.That(await CountsAsync((40, 1), (40, 2)), Is.EqualTo((1, 0, 0, 0)), "twice in a request: the last counts");
        Assert.That((await StoredAsync()).Single(r => r.Ts == Ts(40)).Values, Is.EqualTo("""{"down":2,"up":null}"""));
        Assert.That(_registry.Bus().Of<MeasurementsStored>().Select(m => m.Newest), Is.EqualTo([Ts(30), Ts(31), Ts(31), Ts(31), Ts(40)]));
    }

    [Test]
    public async Task A_look_counts_as_the_append_after_it_does_and_stores_and_tells_nobody_anything()
    {
        await PutAsync("train", 0, 10);
        await AppendAsync(_registry, [(12, 1)]);
        var sent = new SentRows(
            ["time", "down", "up"], [.. new[] { 5, 11, 12, 13 }.Select(row => new[] { DatasetClient.At(row), "9", "" })], 0);
        var appender = _registry.Get<RowAppender>();
        var files = await appender.FilesAsync(_name, [], default);

        var looked = await appender.LookAsync(files, sent, default);
        var (rows, changes) = (await StoredAsync(), await ChangesAsync());
        var taken = await appender.AppendAsync(files, sent, mayComeAgain: false, default);

        Assert.That((looked.New, looked.Late, looked.Corrected, looked.Unchanged), Is.EqualTo((1, 1, 2, 0)));
        Assert.That((rows.Count, changes), Is.EqualTo((1, 1)), "as the first append left it");
        Assert.That(looked, Is.EqualTo(taken));
        Assert.That((await appender.LookAsync(files, sent, default)).Unchanged, Is.EqualTo(4));
    }

    [Test]
    public async Task Rows_that_may_be_delivered_again_bring_nothing_back_that_was_corrected_since_and_others_do()
    {
        await PutAsync("train", 0, 10);
        await AppendAsync(_registry, [(10, 1)]);
        await AppendAsync(_registry, [(10, 2)]);

        var delivered = await AppendAsync(_registry, [(10, 1)], mayComeAgain: true);
        var corrected = await AppendAsync(_registry, [(10, 1)]);

        Assert.That((delivered.Unchanged, corrected.Corrected), Is.EqualTo((1, 1)));
        Assert.That((await StoredAsync()).Max(r => r.Revision), Is.EqualTo(3));
    }

    [Test]
    public async Task A_file_that_is_put_later_is_the_word_on_its_own_rows_and_what_was_measured_behind_it_stays()
    {
        await PutAsync("train", 0, 10);
        await AppendAsync(_registry, [(5, 1), (12, 1)]);
        await PutAsync("train", 0, 11);

        Assert.That((await AppendTextAsync(DatasetClient.Csv(5, 1))).Unchanged, Is.EqualTo(1), "the new file says it");
        Assert.That(await CountsAsync((5, 1), (12, 1)), Is.EqualTo((0, 0, 1, 1)));
        Assert.That(
            (await StoredAsync()).Select(r => (r.Ts, r.Revision)),
            Is.EquivalentTo([(Ts(5), 1), (Ts(5), 2), (Ts(12), 1)]));
    }

    private static void AddDatasets(IServiceCollection services, IConfiguration configuration)
    {
        RecordingBus.Add(services);
        new DatasetsModule().AddServices(services, configuration);
    }

    private static DateTimeOffset Ts(int row) => new(DatasetClient.Start.AddMinutes(row).Ticks, TimeSpan.Zero);

    private async Task PutAsync(string part, int from, int rows)
    {
        using var csv = new MemoryStream(Encoding.UTF8.GetBytes(DatasetClient.Csv(from, rows)));
        await _registry.Get<ISourceCatalog>().AddAsync(_name, part, csv, default);
    }

    private async Task<(int New, int Late, int Corrected, int Unchanged)> CountsAsync(params (int Row, int Value)[] rows)
    {
        var answer = await AppendAsync(_registry, rows);
        return (answer.New, answer.Late, answer.Corrected, answer.Unchanged);
    }

    private Task<AppendedRows> AppendTextAsync(string csv)
    {
        var lines = csv.TrimEnd('\n').Split('\n').Select(l => l.Split(',')).ToList();
        return AppendAsync(_registry, new SentRows(lines[0], [.. lines.Skip(1)], 0), false);
    }

    private static Task<AppendedRows> AppendAsync(RegistryUnderTest process, (int Row, int Value)[] rows, bool mayComeAgain = false) =>
        AppendAsync(
            process,
            new SentRows(["time", "down", "up"], [.. rows.Select(r => new[] { DatasetClient.At(r.Row), $"{r.Value}", "" })], 0),
            mayComeAgain);

    private static async Task<AppendedRows> AppendAsync(RegistryUnderTest process, SentRows sent, bool mayComeAgain)
    {
        var appender = process.Get<RowAppender>();
        return await appender.AppendAsync(await appender.FilesAsync(_name, [], default), sent, mayComeAgain, default);
    }

    private Task<long> ChangesAsync() => _registry.UseAsync(db => db.MeasurementLogs.Select(l => l.Changes).SingleAsync());

    private Task<List<MeasurementRow>> StoredAsync() => _registry.UseAsync(db => db.Measurements.AsNoTracking().ToListAsync());
}
