using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Host.Cli;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

/// <summary>
/// Three stations of the same rows of ten minutes on one server, replayed side by side for six days: a healthy one, one whose champion is
/// broken after two days, and one whose level jumps after two days. What the evidence says is acted on.
/// </summary>
[TestFixture]
internal sealed class LiveReplayTests
{
    private const int Day = 144, Learned = 14 * Day, Days = 6;

    private static readonly DateTime _start = new(2026, 1, 5), _from = _start.AddMinutes(10 * Learned), _fault = _from.AddDays(2);

    private readonly ConcurrentDictionary<string, (JsonObject Live, JsonArray Drift, string Champion)> _seen = [];

    private TemporaryFolder _folder = null!;
    private OwnServer _server = null!;

    [OneTimeSetUp]
    public async Task ReplayAsync()
    {
        _folder = new TemporaryFolder();
        _server = await OwnServer.StartAsync(
            null, ["Monitoring:Rollback=act", "Monitoring:Retraining=alarm"], _from, default);
        var replays = await Task.WhenAll(
            ReadyAsync("healthy", null),
            ReadyAsync("broken", new ReplayFault("worse", 1.5, _fault)),
            ReadyAsync("shifted", new ReplayFault("shift", 0.5, _fault)));

        // One clock for three: it is the end for all of them, so that none seems to be late beside another.
        _server.Clock.Reach(_from.AddDays(Days));
        await Task.WhenAll(replays.Select(async r =>
        {
            await r.Station.SendAsync(null, TimeSpan.FromHours(12), null, default);
            _seen[r.Name] = (await r.Station.LiveAsync(1, default), await r.Station.DriftAsync(default), r.Champion);
        }));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public void A_healthy_station_shows_every_hour_and_nothing_is_noticed()
    {
        var (live, drift, champion) = _seen["healthy"];
        var hours = live["hours"]!.AsArray();

        Assert.That(hours, Has.Count.EqualTo(24 * Days));
        Assert.That(hours.Select(h => h!["state"]!.ToString()), Is.All.EqualTo("scored"));
        Assert.That(hours.Select(h => h!["champion"]!["model"]!.ToString()), Is.All.EqualTo(champion));
        Assert.That(hours.Select(h => h!["previous"]!["mae"]!.GetValue<double>()), Is.All.GreaterThan(0));
        Assert.That(hours.Average(h => h!["ratio"]!.GetValue<double>()), Is.LessThan(1), "the champion is better than EWMA");
        Assert.That(drift, Is.Empty);
    }

    [Test]
    public async Task What_is_known_live_is_what_a_backtest_of_the_same_hours_finds()
    {
        var (live, _, champion) = _seen["healthy"];
        var started = await _server.Api.PostAsync(
            "/backtests",
            new JsonObject
            {
                ["identifier"] = "healthy",
                ["run_id"] = champion,
                ["from"] = ReplayRows.Show(_from),
                ["leads"] = new JsonArray(1),
            },
            default);
        var done = await WaitForAsync(async () =>
            await _server.Api.GetAsync(started["location"]!.ToString(), default) is var view && view["hours"] is not null ? view : null);

        var ours = live["hours"]!.AsArray().Select(h => h!["champion"]!).ToList();
        var theirs = done["hours"]!.AsArray().Select(h => h!["score"]!).ToList();
        Assert.That(ours, Has.Count.EqualTo(theirs.Count));
        Assert.That(ours.Select(h => h["matched"]!.GetValue<long>()), Is.EqualTo(theirs.Select(h => h["matched"]!.GetValue<long>())));
        foreach (var number in new[] { "mae", "rmse", "bias" })
        {
            Assert.That(
                ours.Select(h => h[number]!.GetValue<double>()),
                Is.EqualTo(theirs.Select(h => h[number]!.GetValue<double>())).Within(1e-9),
                number);
        }
    }

    [Test]
    public async Task A_broken_champion_is_noticed_and_the_version_before_is_put_in_force_again()
    {
        var (_, drift, champion) = _seen["broken"];

        Assert.That(drift.Select(d => d!["kind"]!.ToString()), Does.Contain("drift"));
        Assert.That(drift.Select(d => Time(d!["ts"]!)), Is.All.GreaterThanOrEqualTo(_fault), "nothing is noticed before there is anything");
        var after = await _server.Api.GetAsync("/champions/broken", default);
        Assert.That(after["in_force"]!["run_id"]!.ToString(), Is.Not.EqualTo(champion));
        var attempt = await _server.Api.GetAsync($"/promotions/{after["in_force"]!["attempt_id"]}", default);
        Assert.That(attempt["trigger"]!.ToString(), Is.EqualTo("live"));
    }

    [Test]
    public async Task A_level_that_jumps_is_noticed_and_rolls_nothing_back()
    {
        var (_, drift, champion) = _seen["shifted"];

        Assert.That(drift.Select(d => d!["kind"]!.ToString()), Does.Contain("drift").Or.Contain("coverage"));
        Assert.That(drift.Select(d => d!["action"]!.ToString()), Has.None.EqualTo("rollback"));
        Assert.That(
            (await _server.Api.GetAsync("/champions/shifted", default))["in_force"]!["run_id"]!.ToString(), Is.EqualTo(champion));
    }

    private static DateTime Time(JsonNode node) => DateTime.Parse(node.ToString(), CultureInfo.InvariantCulture);

    private static async Task<T> WaitForAsync<T>(Func<Task<T?>> look)
        where T : class
    {
        for (var tries = 0; tries < 2400; tries++)
        {
            if (await look() is { } found)
                return found;
            await Task.Delay(50);
        }

        throw new TimeoutException("It did not come within 2 minutes.");
    }

    private async Task<(string Name, ReplayStation Station, string Champion)> ReadyAsync(string name, ReplayFault? fault)
    {
        var path = _folder[$"{name}.csv"];
        await File.WriteAllTextAsync(path, Csv());
        var rows = ReplayRows.Read(path, fault is null ? [] : [fault], (_from, null));
        var station = new ReplayStation(_server.Api, name, rows, new Screen(isOutputForPrograms: true));
        var champion = await station.ReadyAsync(
            new JsonObject { ["model_types"] = new JsonArray("AR", "AR_SEASONAL") }, ["AR_SEASONAL", "AR"], null, default);
        if (fault?.OfModel is { } broken)
            _server.Faults.Break(champion, [broken]);
        return (name, station, champion);
    }

    /// <summary>A day's wave, and what wanders beside it.</summary>
    private static string Csv()
    {
        var (random, text, wander) = (new Random(7), new StringBuilder("time,load,users\n"), 0.0);
        for (var i = 0; i < Learned + (Day * Days); i++)
        {
            wander = (0.9 * wander) + random.NextDouble() - 0.5;
            var (load, users) = (100 + (5 * Math.Sin(2 * Math.PI * i / Day)) + (4 * wander), 50 + (3 * wander) + random.NextDouble());
            text.Append(CultureInfo.InvariantCulture, $"{_start.AddMinutes(10 * i):yyyy-MM-dd HH:mm:ss},{load},{users}\n");
        }

        return text.ToString();
    }
}
