using FsCheck;
using FsCheck.Fluent;
using FLTS.Modules.Registry.Schema;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring;

/// <summary>However rows come, what is found of forecasts ends as if they had come in order, and right the first time.</summary>
[TestFixture, Parallelizable]
internal sealed class LiveOrderTests
{
    private const int LiveRows = 80;

    private RegistryUnderTest _registry = null!;
    private RunRow _run = null!;
    private int _stations;

    [OneTimeSetUp]
    public async Task Start() => (_registry, _run) = await LiveRig.StartAsync(Stack.Embedded);

    [OneTimeTearDown]
    public async Task Stop() => await _registry.DisposeAsync();

    [Test]
    public Task Rows_in_random_order_doubled_late_and_corrected_end_in_the_live_rows_of_rows_in_order() => CheckAsync(rounds: 3);

    [Test, Category(TestCategories.Soak)]
    public Task Two_hundred_rounds_of_that() => CheckAsync(rounds: 200);

    /// <summary>What the gap took away of the hour was dropped when rows behind the gap had the hour scored again.</summary>
    [Test]
    public Task An_hour_that_begins_in_a_gap_counts_its_forecasts_of_the_gap_however_often_it_is_scored()
    {
        int[][] rows =
        [
            [30, 53, 44, 18, 75, 6, 19, 7, 79],
            [27, 74, 11, 66, 38, 42, 14, 41, 13, 22, 19],
            [52, 44, 38, 45, 48, 17, 51, 47, 56, 70, 14, 8],
        ];
        return RoundAsync([.. rows.Select(r => r.Select(row => (row, row % 3)).ToArray())], [true, false, false], pause: 40);
    }

    /// <summary>A season and more, for windows of intervals to hold enough.</summary>
    [Test]
    public async Task Rows_of_a_season_and_more_that_come_anyhow_end_in_the_interval_windows_of_rows_in_order()
    {
        var random = new Random(5);
        var shuffled = Enumerable.Range(0, 180).ToArray();
        random.Shuffle(shuffled);
        (int Row, int Correction)[][] requests =
        [
            .. shuffled.Chunk(45).Select(some => some.Concat(some.Take(20)).Select(row => (row, random.Next(3))).ToArray()),
            [(170, 9), (40, 2), (41, 1)],
        ];

        var found = await RoundAsync(requests, [true, false, true, true, true], pause: 0);

        Assert.That(found.Keys.Count(k => k.Contains("window", StringComparison.Ordinal)), Is.EqualTo(2 * 2 * 2), "10 and 15 steps");
    }

    /// <summary>Rows are missing too, of gaps that are filled and of one that ends a segment.</summary>
    private Task CheckAsync(int rounds)
    {
        var sent = from count in Gen.Choose(2, 8)
                   from requests in Gen.ArrayOf(Gen.ArrayOf(Gen.Zip(Gen.Choose(0, LiveRows - 1), Gen.Choose(0, 2)), 12), count)
                   from looks in Gen.ArrayOf(ArbMap.Default.GeneratorFor<bool>(), count)
                   from pause in Gen.Choose(0, 40)
                   select (requests, looks, pause);
        return Task.Run(() => Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(rounds),
            Prop.ForAll(sent.ToArbitrary(), r => RoundAsync(r.requests, r.looks, r.pause).GetAwaiter().GetResult())));
    }

    /// <returns>What was found.</returns>
    private async Task<SortedDictionary<string, double[]>> RoundAsync((int Row, int Correction)[][] requests, bool[] looks, int pause)
    {
        var (random, ordered) = (await NextStationAsync(), await NextStationAsync());
        var last = new SortedDictionary<int, int>();
        for (var i = 0; i < requests.Length; i++)
        {
            // The second half of the rows comes after a pause, which may be longer than the longest gap that is filled.
            var rows = requests[i].Select(r => (Row: LiveRig.FileRows + r.Row + (r.Row < LiveRows / 2 ? 0 : pause), r.Correction)).ToList();
            foreach (var (row, correction) in rows)
                last[row] = correction;
            await _registry.SendAsync(random, rows);
            if (looks[i])
                await _registry.ScoreAsync(random);
        }

        foreach (var few in last.Chunk(last.Count < 100 ? 7 : 60))
        {
            await _registry.SendAsync(ordered, few.Select(r => (r.Key, r.Value)));
            await _registry.ScoreAsync(ordered);
        }

        await _registry.ScoreAsync(random);
        var (found, expected) = (await _registry.FoundAsync(random), await _registry.FoundAsync(ordered));
        Assert.That(found.Keys, Is.EqualTo(expected.Keys));
        foreach (var (key, numbers) in expected)
            Assert.That(found[key], Is.EqualTo(numbers).Within(key.Contains("forecast", StringComparison.Ordinal) ? 1e-4 : 1e-9), key);
        return found;
    }

    private Task<Identifier> NextStationAsync() => _registry.StationAsync($"round-{++_stations}", _run);
}
