using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Demo;

namespace FLTS.Benchmarks.Predict;

/// <summary>
/// <c>bench predict</c>: the product answers forecasts over loopback on the processors the load comes from. Each champion is asked for one
/// and for ten steps from 30 rows of 11 columns.
/// </summary>
internal static class PredictBenchmark
{
    private const int Rows = 2000, RowsSent = 30;

    private static readonly int[] _connections = [1, 8, 32, 64];
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(2), _measured = TimeSpan.FromSeconds(5);

    // One epoch: what an answer costs does not depend on the weights.
    private static readonly (string Name, string ModelType, JsonObject Hyperparameters)[] _champions =
    [
        ("gru", "GRU", new JsonObject { ["epochs"] = 1 }),
        ("lstm-2x128", "LSTM", new JsonObject { ["epochs"] = 1, ["hidden_size"] = 128, ["num_layers"] = 2, ["members"] = 1 }),
        ("prophet", "PROPHET", []),
        ("ar", "AR", []),
    ];

    /// <summary>One JSON object a champion, number of steps and number of connections.</summary>
    /// <param name="host">The product's program file.</param>
    /// <param name="only">Name of one champion; null: all.</param>
    /// <param name="progress">Told what is measured now.</param>
    public static IEnumerable<JsonObject> Run(string host, string? only, TextWriter progress) =>
        RunAsync(host, only, progress).ToBlockingEnumerable();

    private static async IAsyncEnumerable<JsonObject> RunAsync(string host, string? only, TextWriter progress)
    {
        using var stream = new MemoryStream();
        DemoStation.Write(stream, Rows, seed: 1);
        var csv = stream.ToArray();
        await using var served = await ServedChampions.StartAsync(host);
        foreach (var (name, type, hyperparameters) in _champions.Where(c => only is null || c.Name == only))
        {
            progress.WriteLine($"{name} is trained");
            await served.PromoteAsync(name, csv, type, hyperparameters);
            foreach (var steps in (int[])[1, 10])
            {
                var generator = new LoadGenerator(served.Server, Request(served, name, csv, steps));
                foreach (var connections in _connections)
                {
                    progress.WriteLine($"{name}, {steps} steps, {connections} connections");
                    await generator.RunAsync(connections, _warmUp);
                    var (cpu, allocated) = (served.CpuSeconds, await served.AllocatedBytesAsync());
                    var outcome = await generator.RunAsync(connections, _measured);
                    yield return new JsonObject
                    {
                        ["bench"] = "predict",
                        ["champion"] = name,
                        ["steps"] = steps,
                        ["connections"] = connections,
                        ["requests_per_second"] = Math.Round(outcome.PerSecond),
                        ["p50_ms"] = Math.Round(outcome.Milliseconds(0.5), 3),
                        ["p99_ms"] = Math.Round(outcome.Milliseconds(0.99), 3),
                        ["p999_ms"] = Math.Round(outcome.Milliseconds(0.999), 3),
                        ["failed"] = outcome.Failed,
                        ["cpu_us_per_request"] = Math.Round(1e6 * (served.CpuSeconds - cpu) / outcome.Latencies.Length),
                        ["allocated_bytes_per_request"] =
                            Math.Round((await served.AllocatedBytesAsync() - allocated) / outcome.Latencies.Length),
                        ["memory_mb"] = served.Memory >> 20,
                    };
                }
            }
        }
    }

    /// <summary>The whole request, head and body: the last rows of the data by column.</summary>
    private static byte[] Request(ServedChampions served, string identifier, byte[] csv, int steps)
    {
        var lines = Encoding.UTF8.GetString(csv).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var names = lines[0].Trim().Split(',');
        var cells = lines[^RowsSent..].Select(l => l.Trim().Split(',')).ToArray();
        var data = new JsonObject();
        for (var c = 0; c < names.Length; c++)
        {
            data[names[c]] = new JsonArray([.. cells.Select(row => (JsonNode?)(c == 0 ? JsonValue.Create(row[c])
                : row[c].Length == 0 ? null : JsonValue.Create(double.Parse(row[c], CultureInfo.InvariantCulture))))]);
        }

        var body = new JsonObject { ["identifier"] = identifier, ["inference_length"] = steps, ["data"] = data }.ToJsonString();
        return Encoding.UTF8.GetBytes(
            $"POST /predict HTTP/1.1\r\nHost: {served.Server}\r\nContent-Type: application/json\r\nContent-Length: "
            + $"{Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture)}\r\n\r\n{body}");
    }
}
