using System.Text.Json.Nodes;
using FLTS.Host.Cli;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

/// <summary>
/// Eight days of real measurements, each of the columns alone, from seven times on: nothing is wrong, and little may be said.
/// </summary>
[TestFixture, Category(TestCategories.RealData), Category(TestCategories.Soak)]
internal sealed class HealthyReplayTests
{
    private const int Days = 8, Starts = 7, MostDrift = 2;

    /// <summary>Days that the first of them learns from; each later one learns from half a day more.</summary>
    private const int FewestDays = 16;

    [Test]
    public async Task On_healthy_days_nothing_is_rolled_back_and_drift_is_rare()
    {
        var folder = Environment.GetEnvironmentVariable("FLTS_DATASETS");
        Assert.That(folder, Is.Not.Null, "FLTS_DATASETS must name the folder of the measurements");
        var path = Path.Combine(folder!, "PobleSec.csv");
        var columns = (await File.ReadAllLinesAsync(path))[0].Split(',')[1..];
        var first = ReplayRows.Read(path, [], (null, null)).Time(0).Date.AddDays(1);
        var events = new List<JsonNode>();
        for (var start = 0; start < Starts; start++)
        {
            var from = first.AddDays(FewestDays + (start / 2.0));
            await using var server = await OwnServer.StartAsync(
                null, ["Monitoring:Rollback=act", "Datasets:MaxWaiting=100"], from, default);
            var stations = await Task.WhenAll(columns.Select(c => ReadyAsync(server, path, c, from)));
            server.Clock.Reach(from.AddDays(Days)); // One for all: none seems to be late beside another.
            await Task.WhenAll(stations.Select(s => s.SendAsync(null, TimeSpan.FromDays(1), null, default)));
            var seen = await Task.WhenAll(stations.Select(s => s.DriftAsync(default)));
            foreach (var noticed in seen.SelectMany(s => s))
            {
                TestContext.Out.WriteLine($"{from:yyyy-MM-dd} {noticed!["identifier"]}: {noticed["kind"]} at {noticed["ts"]}, "
                    + $"{noticed["action"]}: {noticed["reason"]}");
                events.Add(noticed);
            }
        }

        Assert.That(events.Where(e => e["action"]!.ToString() == "rollback"), Is.Empty);
        Assert.That(
            events.Count(e => e["kind"]!.ToString() == "drift"), Is.AtMost(MostDrift), $"of {columns.Length * Starts} replays");
    }

    private static async Task<ReplayStation> ReadyAsync(OwnServer server, string path, string column, DateTime from)
    {
        var rows = ReplayRows.Read(path, [], (from, from.AddDays(Days).AddTicks(-1)));
        var station = new ReplayStation(server.Api, column, rows, new Screen(isOutputForPrograms: true));
        var champion = await station.ReadyAsync(
            new JsonObject
            {
                ["model_types"] = new JsonArray("AR", "AR_SEASONAL"),
                ["preprocessing"] = new JsonObject { ["targets"] = new JsonArray(column), ["test_span"] = "2d" },
            },
            [],
            null,
            default);

        // The version before is the worse one of the two: to go back to a better one would be no fault.
        var runs = (await server.Api.GetAsync($"/runs?identifier={column}", default))["items"]!.AsArray();
        var other = runs.Select(r => r!["run_id"]!.ToString()).Single(r => r != champion);
        foreach (var run in new[] { other, champion })
            await server.Api.PostAsync("/promote", new JsonObject { ["run_ids"] = new JsonArray(run), ["force"] = true }, default);
        return station;
    }
}
