using FLTS.Forecasting.Preparation;
using FLTS.Modules.Monitoring.Live;
using FLTS.Modules.Monitoring.Settings;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Sources;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring;

/// <summary>The newest rows are kept as far back as somebody needs them, and are those that reading anew gives.</summary>
[TestFixture, Parallelizable]
internal sealed class LiveRowsTests
{
    private static readonly Identifier _station = new("live");
    private static readonly string[] _columns = ["flow", "load"];

    [Test]
    public async Task Rows_that_nobody_asks_for_any_more_are_let_go_and_the_others_are_those_that_are_read_anew()
    {
        var (registry, run) = await LiveRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        await registry.StationAsync("live", run);
        var (random, rows) = (new Random(3), Rows(registry));
        var (newest, longest, kept) = (LiveRig.FileRows, 0, new List<int>());
        for (var turn = 0; turn < 60; turn++)
        {
            // Now and then a late or corrected row asks for more.
            var count = random.Next(1, 60);
            (int, int)[] late = [(newest - random.Next(1, 90), random.Next(1, 3))];
            await registry.SendAsync(
                _station, [.. Enumerable.Range(newest, count).Where(r => r % 11 != 0).Select(r => (r, 0)), .. turn % 5 == 0 ? late : []]);
            newest += count;
            var back = turn == 20 ? 300 : random.Next(80, 100) + count;
            longest = Math.Max(longest, back);
            var from = LiveRig.Time(newest - back);

            var window = await GetAsync(registry, rows, from, 10_000);
            var anew = (await GetAsync(registry, Rows(registry), from, 10_000)).Table;
            var known = window.Table;

            var older = known.Timestamps.Count(t => t < from);
            Assert.That(window.From, Is.LessThanOrEqualTo(from));
            Assert.That(known.Timestamps[older..], Is.EqualTo(anew.Timestamps));
            foreach (var (one, other) in known.Values.Zip(anew.Values))
                Assert.That(one[older..], Is.EqualTo(other));
            kept.Add(known.Rows);
        }

        Assert.That(kept.Max(), Is.LessThanOrEqualTo(longest * 5 / 4));
        Assert.That(kept[^1], Is.LessThan(longest), "what was asked for once is not kept for ever");
    }

    [Test]
    public async Task Of_more_rows_than_are_read_at_once_at_least_one_is_there_that_is_needed()
    {
        var (registry, run) = await LiveRig.StartAsync(Stack.Embedded);
        await using var _ = registry;
        await registry.StationAsync("live", run);
        await registry.SendAsync(_station, LiveRig.FileRows, 600);
        var from = LiveRig.Time(LiveRig.FileRows + 400);

        var window = await GetAsync(registry, Rows(registry), from, 20);

        Assert.That(window.IsWhole, Is.False);
        Assert.That(window.Table.Timestamps[0], Is.EqualTo(from));
        Assert.That(window.Table.Timestamps[^1], Is.GreaterThan(from));
    }

    private static LiveRows Rows(RegistryUnderTest registry) => new(
        registry.Get<SourceReader>(),
        registry.Get<SourceForms>(),
        registry.Get<MeasurementReader>(),
        registry.Get<ComputeBudget>(),
        registry.Get<MonitoringOptions>());

    private static async Task<LiveWindow> GetAsync(RegistryUnderTest registry, LiveRows rows, DateTime from, int most)
    {
        var files = (await registry.Get<ISourceCatalog>().NewestAsync(new(_station.Value), default))!;
        var config = files.Options.FormOver(PreprocessConfigParser.Parse("live", files.TrainSha256, files.TestSha256, null));
        return await rows.GetAsync(files, config, _columns, (from, from, most), default);
    }
}
