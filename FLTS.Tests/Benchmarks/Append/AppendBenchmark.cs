using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Benchmarks.Predict;
using FLTS.Forecasting.Demo;

namespace FLTS.Benchmarks.Append;

/// <summary>Single rows over loopback to a server that is a process of its own.</summary>
internal static class AppendBenchmark
{
    /// <param name="Host">The product's program file.</param>
    /// <param name="Postgres">Connection string; null: SQLite.</param>
    /// <param name="Stations">Datasets.</param>
    /// <param name="Rows">Of each, before.</param>
    /// <param name="Connections">That send at once.</param>
    /// <param name="Duration">Of the sending.</param>
    /// <param name="PerSecond">Rows a second; 0: each connection sends again as soon as it is answered.</param>
    public sealed record Plan(
        string Host, string? Postgres, int Stations, int Rows, int Connections, TimeSpan Duration, double PerSecond);

    public static IEnumerable<JsonObject> Run(Plan plan, TextWriter progress)
    {
        yield return RunAsync(plan, progress).GetAwaiter().GetResult();
    }

    private static async Task<JsonObject> RunAsync(Plan plan, TextWriter progress)
    {
        var data = Directory.CreateTempSubdirectory("flts-bench-");
        try
        {
            await using var server = new ServerProcess(plan.Host, url => Arguments(plan.Postgres, data.FullName, url));
            await server.UntilAsync("the server answers", async () => (await server.Http.GetAsync("/readyz")).IsSuccessStatusCode);
            var key = (await File.ReadAllTextAsync(Path.Combine(data.FullName, "keys", "admin.key"))).Trim();
            server.Http.DefaultRequestHeaders.Add("X-Api-Key", key);
            var (header, row) = await PutAsync(server, plan, progress);

            // The first row of a station reads its file: that is not what is measured.
            for (var station = 0; station < plan.Stations; station++)
                await SendFirstAsync(server, station, header, row);
            var (cpu, began) = (server.CpuSeconds, DateTime.UtcNow.AddDays(-1));
            var load = new LoadGenerator(server.Address, number => Request(
                server,
                key,
                $"station-{number % plan.Stations}",
                $"{header}\n{At(began.AddSeconds(number / plan.Stations))},{row}\n"));
            var outcome = load.Run(plan.Connections, plan.Duration, plan.PerSecond);
            return new JsonObject
            {
                ["benchmark"] = "append",
                ["database"] = plan.Postgres is null ? "sqlite" : "postgres",
                ["stations"] = plan.Stations,
                ["rows_before"] = plan.Rows,
                ["connections"] = plan.Connections,
                ["asked_per_second"] = plan.PerSecond > 0 ? plan.PerSecond : null,
                ["appends_per_second"] = Math.Round(outcome.PerSecond, 1),
                ["failed"] = outcome.Failed,
                ["p50_ms"] = Math.Round(outcome.Milliseconds(0.5), 2),
                ["p99_ms"] = Math.Round(outcome.Milliseconds(0.99), 2),
                ["cpu_us_per_append"] = Math.Round(1e6 * (server.CpuSeconds - cpu) / outcome.Answers),
                ["load_cpu_us_per_append"] = Math.Round(1e6 * outcome.CpuSeconds / outcome.Answers),
            };
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    /// <summary>Of the product's program.</summary>
    /// <param name="postgres">Connection string; null: SQLite.</param>
    /// <param name="data">Its folder.</param>
    /// <param name="url">Its address.</param>
    public static string[] Arguments(string? postgres, string data, string url)
    {
        string[] always = ["run", "--data", data, "--urls", url, "--set", "Pipeline:DemoOnEmpty=false"];
        return postgres is null
            ? always
            : [.. always, "--set", "Database:Provider=postgres", "--set", $"Database:ConnectionString={postgres}"];
    }

    /// <summary>Puts the stations; returns their header, and the values of a row.</summary>
    private static async Task<(string Header, string Row)> PutAsync(ServerProcess server, Plan plan, TextWriter progress)
    {
        using var csv = new MemoryStream();
        DemoStation.Write(csv, plan.Rows, seed: 1);
        for (var station = 0; station < plan.Stations; station++)
        {
            await progress.WriteLineAsync($"station {station + 1} of {plan.Stations}");
            using var body = new ByteArrayContent(csv.ToArray());
            (await server.Http.PutAsync($"/datasets/station-{station}", body)).EnsureSuccessStatusCode();
        }

        var lines = Encoding.UTF8.GetString(csv.ToArray()).TrimEnd('\n').Split('\n');
        return (lines[0], lines[^1][(lines[^1].IndexOf(',', StringComparison.Ordinal) + 1)..]);
    }

    private static async Task SendFirstAsync(ServerProcess server, int station, string header, string row)
    {
        using var body = new StringContent($"{header}\n{At(DateTime.UtcNow.AddDays(-2))},{row}\n", Encoding.UTF8, "text/csv");
        (await server.Http.PostAsync($"/datasets/station-{station}/rows", body)).EnsureSuccessStatusCode();
    }

    /// <summary>Rows with their header for a dataset, as they are sent.</summary>
    public static byte[] Request(ServerProcess server, string key, string station, string rows) => Encoding.UTF8.GetBytes(
        $"POST /datasets/{station}/rows HTTP/1.1\r\nHost: {server.Address}\r\nX-Api-Key: {key}\r\nContent-Type: text/csv\r\n"
        + $"Content-Length: {Encoding.UTF8.GetByteCount(rows)}\r\n\r\n{rows}");

    private static string At(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
