using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Benchmarks.Predict;
using FLTS.Forecasting.Demo;

namespace FLTS.Benchmarks.Live;

/// <summary>Stations of one server, each with its data and its champion; the data are the same, the models are each its own.</summary>
internal sealed class LiveStations
{
    /// <summary>Columns of each, all of them forecast.</summary>
    public const int Targets = 5;

    /// <summary>Pipelines that are under way at once.</summary>
    private const int AtOnce = 8;

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(100), _rest = TimeSpan.FromSeconds(3);

    private readonly int _count;
    private readonly string _header;
    private readonly string[] _rows;
    private readonly DateTime _last;

    /// <param name="server">Asked.</param>
    /// <param name="count">Of stations.</param>
    /// <param name="rows">Of each.</param>
    public LiveStations(ServerProcess server, int count, int rows)
    {
        (Server, _count) = (server, count);
        using var csv = new MemoryStream();
        DemoStation.Write(csv, rows, seed: 1);
        string[] lines = [.. Encoding.UTF8.GetString(csv.ToArray()).TrimEnd('\n').Split('\n')
            .Select(line => string.Join(',', line.Split(',').Take(1 + Targets)))];
        (_header, _rows) = (lines[0], lines[1..]);
        _last = DateTime.Parse(_rows[^1].Split(',')[0], CultureInfo.InvariantCulture);
    }

    public ServerProcess Server { get; }

    /// <summary>Trains and promotes a champion for each.</summary>
    public async Task PromoteAsync(TextWriter progress)
    {
        // One more than asked for would be refused.
        await Parallel.ForAsync(0, _count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (station, cancellation) =>
        {
            var name = Name(station);

            // A number of their own in the first row, so that no two are the same data.
            var first = $"{_rows[0][.._rows[0].LastIndexOf(',')]},{station}";
            using var content = new StringContent(
                $"{_header}\n{first}\n{string.Join('\n', _rows[1..])}\n", Encoding.UTF8, "text/csv");
            (await Server.Http.PutAsync($"/datasets/{name}", content, cancellation)).EnsureSuccessStatusCode();
            var asked = await Server.Http.PostAsJsonAsync(
                "/pipelines",
                new JsonObject
                {
                    ["dataset"] = name,
                    ["model_types"] = new JsonArray("AR"),
                    ["preprocessing"] = new JsonObject { ["test_span"] = "6h" },
                },
                cancellation);
            if (!asked.IsSuccessStatusCode)
                throw new InvalidOperationException($"{name} is not trained: {await asked.Content.ReadAsStringAsync(cancellation)}");
            var id = (await asked.Content.ReadFromJsonAsync<JsonObject>(cancellation))!["pipeline_id"]!.ToString();
            await Server.UntilAsync($"{name} is promoted", async () =>
            {
                var shown = (await Server.Http.GetFromJsonAsync<JsonObject>($"/pipelines/{id}", cancellation))!;
                return shown["status"]!.ToString() switch
                {
                    "promoted" => true,
                    "failed" or "cancelled" or "rejected" => throw new InvalidOperationException(shown.ToJsonString()),
                    _ => false,
                };
            });
            if (station % 20 == 0)
                await progress.WriteLineAsync($"station {station + 1} of {_count} has a champion");
        });
    }

    /// <summary>Sends the row of a number, from 1, to a station.</summary>
    public async Task SendAsync(int station, int row)
    {
        while (true)
        {
            using var body = new StringContent(
                $"{_header}\n{Time(row):yyyy-MM-dd HH:mm:ss},{_rows[^1][(_rows[^1].IndexOf(',', StringComparison.Ordinal) + 1)..]}\n",
                Encoding.UTF8,
                "text/csv");
            using var answer = await Server.Http.PostAsync($"/datasets/{Name(station)}/rows", body);
            if (answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests))
            {
                answer.EnsureSuccessStatusCode();
                return;
            }

            await Task.Delay(answer.Headers.RetryAfter?.Delta ?? _rest); // As whoever sends measurements would.
        }
    }

    /// <summary>Waits until the forecasts of all are scored up to a row.</summary>
    public async Task ScoredAsync(int row)
    {
        for (var station = 0; station < _count; station++)
        {
            while (true)
            {
                var live = await Server.Http.GetFromJsonAsync<JsonObject>($"/live/{Name(station)}?from={Time(row):s}");
                // A database that is locked for long is tried again within a minute; what is impossible, after an hour.
                if (live!["error"] is { } error && !(live["next_try"]?.GetValue<DateTimeOffset>() < DateTimeOffset.UtcNow.AddMinutes(5)))
                    throw new InvalidOperationException($"{Name(station)} is not scored: {error}");
                if (live["scored_to"]?.ToString() is { } to && DateTime.Parse(to, CultureInfo.InvariantCulture) >= Time(row))
                    break;
                await Task.Delay(_look);
            }
        }
    }

    /// <summary>Waits until the server has nothing more to do.</summary>
    public async Task RestAsync()
    {
        for (var before = double.MinValue; Server.CpuSeconds - before > _rest.TotalSeconds / 10;)
        {
            before = Server.CpuSeconds;
            await Task.Delay(_rest);
        }
    }

    /// <summary>Asks for forecasts of ten steps, of each station in turn.</summary>
    public LoadGenerator Asking()
    {
        var csv = Encoding.UTF8.GetBytes($"{_header}\n{string.Join('\n', _rows[^100..])}\n");
        byte[][] requests =
        [
            .. Enumerable.Range(0, _count).Select(station => PredictRequests.Post(
                Server.Address, "/predict", PredictRequests.Body(Name(station), csv, steps: 10))),
        ];
        return new LoadGenerator(Server.Address, number => requests[number % requests.Length]);
    }

    private DateTime Time(int row) => _last + (DemoStation.Step * row);

    private static string Name(int station) => $"station-{station}";
}
