using System.Diagnostics;
using System.Text.Json.Nodes;
using FLTS.Benchmarks.Append;
using FLTS.Benchmarks.Predict;

namespace FLTS.Benchmarks.Live;

/// <summary>
/// Many stations of five targets, each with an AR champion of its own that is scored beside the best reference and EWMA. Each gets a row at
/// once, as at the end of a step, and another when all are scored; forecasts are asked for meanwhile.
/// </summary>
internal static class LiveBenchmark
{
    /// <summary>Connections that ask for forecasts, and how long between two looks at whether all is scored.</summary>
    private const int AskedBy = 4;

    private static readonly TimeSpan _asked = TimeSpan.FromSeconds(2), _quiet = TimeSpan.FromSeconds(15);

    /// <param name="Host">The product's program file.</param>
    /// <param name="Postgres">Connection string; null: SQLite.</param>
    /// <param name="Stations">Datasets, and champions.</param>
    /// <param name="Rows">Of each, before.</param>
    /// <param name="Rounds">Rows that each gets, behind a first one that is not measured.</param>
    /// <param name="Connections">That send at once.</param>
    /// <param name="PerSecond">Forecasts asked for a second.</param>
    public sealed record Plan(
        string Host, string? Postgres, int Stations, int Rows, int Rounds, int Connections, double PerSecond);

    public static IEnumerable<JsonObject> Run(Plan plan, TextWriter progress) => RunAsync(plan, progress).ToBlockingEnumerable();

    private static async IAsyncEnumerable<JsonObject> RunAsync(Plan plan, TextWriter progress)
    {
        var data = Directory.CreateTempSubdirectory("flts-bench-");
        try
        {
            await using var server = new ServerProcess(
                plan.Host, url => AppendBenchmark.Arguments(plan.Postgres, data.FullName, url));
            await server.UntilAsync("the server answers", async () => (await server.Http.GetAsync("/readyz")).IsSuccessStatusCode);
            var key = (await File.ReadAllTextAsync(Path.Combine(data.FullName, "keys", "admin.key"))).Trim();
            server.Http.DefaultRequestHeaders.Add("X-Api-Key", key);
            var stations = new LiveStations(server, plan.Stations, plan.Rows);
            await stations.PromoteAsync(progress);

            // The first row fits the references and finds out what is usual of each champion, once.
            await progress.WriteLineAsync("the first row of each, until all that it brings about is done");
            var first = Stopwatch.GetTimestamp();
            await SendAsync(stations, plan, 1);
            await stations.ScoredAsync(1);
            await stations.RestAsync();
            var firstSeconds = Stopwatch.GetElapsedTime(first).TotalSeconds;

            var asking = stations.Asking();
            asking.Run(AskedBy, _quiet, plan.PerSecond); // Warms up.
            var quiet = asking.Run(AskedBy, _quiet, plan.PerSecond);
            for (var round = 2; round < plan.Rounds + 2; round++)
            {
                await progress.WriteLineAsync($"row {round} of each");
                var result = await RoundAsync(stations, asking, plan, round);
                result["predict_p99_ms_quiet"] = Math.Round(quiet.Milliseconds(0.99), 1);
                result["first_row_seconds"] = Math.Round(firstSeconds, 1);
                result["memory_mb"] = server.Memory >> 20;
                yield return result;
                await stations.RestAsync();
            }
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<JsonObject> RoundAsync(LiveStations stations, LoadGenerator asking, Plan plan, int round)
    {
        var (cpu, began) = (stations.Server.CpuSeconds, Stopwatch.GetTimestamp());
        var sending = SendAsync(stations, plan, round);
        var scoring = ScoredAsync();
        var asked = new List<LoadGenerator.Outcome>();
        while (!scoring.IsCompleted)
            asked.Add(await Task.Run(() => asking.Run(AskedBy, _asked, plan.PerSecond)));
        var (sent, seconds) = (await sending, await scoring);
        double[] latencies = [.. asked.SelectMany(o => o.Latencies).Order()];
        return new JsonObject
        {
            ["benchmark"] = "live",
            ["database"] = plan.Postgres is null ? "sqlite" : "postgres",
            ["stations"] = plan.Stations,
            ["targets"] = LiveStations.Targets,
            ["rows_before"] = plan.Rows,
            ["row"] = round,
            ["sent_seconds"] = Math.Round(sent, 1),
            ["scored_seconds"] = Math.Round(seconds, 1),
            ["cpu_ms_per_row"] = Math.Round(1e3 * (stations.Server.CpuSeconds - cpu) / plan.Stations, 1),
            ["predicts"] = latencies.Length,
            ["predicts_failed"] = asked.Sum(o => o.Failed),
            ["predict_p50_ms"] = Milliseconds(0.5),
            ["predict_p99_ms"] = Milliseconds(0.99),
        };

        async Task<double> ScoredAsync()
        {
            await sending;
            await stations.ScoredAsync(round);
            return Stopwatch.GetElapsedTime(began).TotalSeconds;
        }

        double Milliseconds(double quantile) =>
            Math.Round(1000 * latencies[Math.Min(latencies.Length - 1, (int)(quantile * latencies.Length))], 1);
    }

    /// <summary>A row for each station over the connections.</summary>
    /// <returns>Seconds until the last one is taken.</returns>
    private static async Task<double> SendAsync(LiveStations stations, Plan plan, int row)
    {
        var began = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(
            0,
            plan.Stations,
            new ParallelOptions { MaxDegreeOfParallelism = plan.Connections },
            async (station, _) => await stations.SendAsync(station, row));
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
