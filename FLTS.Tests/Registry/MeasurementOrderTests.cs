using System.Globalization;
using System.Text;
using FLTS.Modules.Datasets;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Sources;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace FLTS.Tests.Registry;

/// <summary>However rows come, they end as rows in order, the last that was said of each time, and as the same bytes.</summary>
[TestFixture(Database.Sqlite)]
[TestFixture(Database.Postgres, Category = TestCategories.Servers)]
[Parallelizable]
internal sealed class MeasurementOrderTests(Database database)
{
    private const int FileRows = 12, TestRows = 4;

    private RegistryUnderTest _registry = null!;
    private int _names;

    [OneTimeSetUp]
    public async Task Start()
    {
        _registry = await RegistryUnderTest.ReadyAsync(database, (services, configuration) =>
        {
            RecordingBus.Add(services);
            new DatasetsModule().AddServices(services, configuration);
        });
        await RecordingBus.StartAsync(_registry);
    }

    [OneTimeTearDown]
    public async Task Stop() => await _registry.DisposeAsync();

    [Test]
    public Task Rows_in_any_order_doubled_late_and_corrected_end_as_rows_in_order() => RoundsAsync(40);

    [Test, Category(TestCategories.Soak)]
    public Task Rows_in_any_order_doubled_late_and_corrected_end_as_rows_in_order_in_two_hundred_rounds() => RoundsAsync(200);

    [Test]
    public async Task Requests_for_one_and_for_many_datasets_that_meet_in_one_transaction_are_each_answered_as_if_alone()
    {
        DatasetName[] names = [.. Enumerable.Range(0, 5).Select(_ => new DatasetName($"round-{++_names}"))];
        foreach (var name in names)
        {
            await PutAsync(name, "train", 0, FileRows, []);
            await AppendAsync(name, [(0, 0)]); // Reads the file, for which only some may wait at once.
        }

        // Of each dataset every row is sent four times, twice with one value and twice with another, while all the others are too.
        var answers = await RegistryUnderTest.TogetherAsync(
            names.Length * 40, i => AppendAsync(names[i % names.Length], [(FileRows + (i / names.Length % 10), i / names.Length / 20)]));
        Assert.That(answers.Sum(a => a.New + a.Late), Is.EqualTo(names.Length * 10), "each row is new once");
        foreach (var name in names)
        {
            var rows = (await _registry.Get<MeasurementReader>().AllAsync(name, default)).Rows;
            Assert.That(rows, Has.Count.EqualTo(10));
            Assert.That(answers.Where(a => a.Name == name).Sum(a => a.Appended), Is.EqualTo(rows.Sum(r => r.Revision)));
            Assert.That(
                _registry.Bus().Of<MeasurementsStored>().Count(m => m.Dataset == name),
                Is.EqualTo(await _registry.Get<MeasurementReader>().ChangesAsync(name, default)),
                "one message a transaction, however many requests it wrote");
        }
    }

    private async Task RoundsAsync(int rounds)
    {
        // Requests of one to four rows, of a few times before, in, between and behind the files, and of fewer values, so that they meet.
        var sent = from count in Gen.Choose(1, 8)
                   from requests in Gen.ArrayOf(Gen.ArrayOf(Gen.Zip(Gen.Choose(-2, 24), Gen.Choose(0, 2)), 3), count)
                   from hasTest in ArbMap.Default.GeneratorFor<bool>()
                   select (requests, hasTest);
        await Task.Run(() => Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(rounds),
            Prop.ForAll(sent.ToArbitrary(), hand => RoundAsync(hand.requests, hand.hasTest).GetAwaiter().GetResult())));
    }

    private async Task RoundAsync((int Row, int Value)[][] requests, bool hasTest)
    {
        var name = new DatasetName($"round-{++_names}");
        var expected = new SortedDictionary<int, int>();
        await PutAsync(name, "train", 0, FileRows, expected);
        if (hasTest)
            await PutAsync(name, "test", FileRows + 2, TestRows, expected);

        foreach (var request in requests)
        {
            var answer = await AppendAsync(name, request);
            var distinct = request.Reverse().DistinctBy(r => r.Row).ToList();
            var newest = expected.Keys.Last();
            Assert.That(
                (answer.New, answer.Late, answer.Corrected, answer.Unchanged),
                Is.EqualTo((
                    distinct.Count(r => r.Row > newest),
                    distinct.Count(r => r.Row <= newest && !expected.ContainsKey(r.Row)),
                    distinct.Count(r => expected.TryGetValue(r.Row, out var known) && known != r.Value),
                    distinct.Count(r => expected.TryGetValue(r.Row, out var known) && known == r.Value))));
            foreach (var (row, value) in distinct)
                expected[row] = value;
        }

        Assert.That((await AppendAsync(name, [.. expected.Select(r => (r.Key, r.Value))])).Appended, Is.Zero, "all is known");
        var files = await _registry.Get<CompactedSources>().ResolveAsync(name, [], default);
        var (train, test) = await _registry.Get<SourceReader>().TablesAsync(files, default);
        Assert.That(test?.Rows, Is.EqualTo(hasTest ? TestRows : (int?)null));
        Assert.That(
            train.Timestamps.Zip(train.Values[0]).Concat(test?.Timestamps.Zip(test.Values[0]) ?? []),
            Is.EqualTo(expected.Select(r => (DatasetClient.Start.AddMinutes(r.Key), (double)r.Value))));
    }

    private async Task PutAsync(DatasetName name, string part, int from, int rows, SortedDictionary<int, int> expected)
    {
        var csv = new StringBuilder("time,load\n");
        for (var row = from; row < from + rows; row++)
        {
            expected[row] = row % 3;
            csv.Append(CultureInfo.InvariantCulture, $"{DatasetClient.At(row)},{row % 3}\n");
        }

        using var file = new MemoryStream(Encoding.UTF8.GetBytes(csv.ToString()));
        await _registry.Get<ISourceCatalog>().AddAsync(name, part, file, default);
    }

    private async Task<AppendedRows> AppendAsync(DatasetName name, IEnumerable<(int Row, int Value)> rows)
    {
        var appender = _registry.Get<RowAppender>();
        return await appender.AppendAsync(
            await appender.FilesAsync(name, [], default),
            new SentRows(["time", "load"], [.. rows.Select(r => new[] { DatasetClient.At(r.Row), $"{r.Value}" })], 0),
            mayComeAgain: false,
            default);
    }
}
