using System.Text.Json.Nodes;
using FLTS.Forecasting.Demo;

namespace FLTS.Benchmarks.Predict;

/// <summary>
/// <c>bench predict</c>: the product answers forecasts over loopback on the processors the load comes from. Each champion is asked for one
/// and for ten steps from 30 rows of 11 columns; then what HTTP, JSON and arithmetic take alone.
/// </summary>
internal static class PredictBenchmark
{
    private const int Rows = 2000, MostBatched = 32;

    private static readonly int[] _connections = [1, 8, 32, 64], _steps = [1, 10];

    // One epoch: what an answer costs does not depend on the weights.
    private static readonly Champion[] _champions =
    [
        new("gru", "GRU", new JsonObject { ["epochs"] = 1 }),
        new("lstm-2x128", "LSTM", new JsonObject { ["epochs"] = 1, ["hidden_size"] = 128, ["num_layers"] = 2, ["members"] = 1 }),
        new("prophet", "PROPHET", []),
        new("ar", "AR", []),
    ];

    /// <summary>Names of the champions.</summary>
    public static IEnumerable<string> Names => _champions.Select(c => c.Name);

    /// <summary>One JSON object a champion, number of steps and number of connections, and one a floor.</summary>
    /// <param name="host">The product's program file.</param>
    /// <param name="only">Name of one champion; null: all.</param>
    /// <param name="measured">How long each is asked, behind half of that to warm up.</param>
    /// <param name="progress">Told what is measured now.</param>
    public static IEnumerable<JsonObject> Run(string host, string? only, TimeSpan measured, TextWriter progress) =>
        RunAsync(host, only, measured, progress).ToBlockingEnumerable();

    private static async IAsyncEnumerable<JsonObject> RunAsync(string host, string? only, TimeSpan measured, TextWriter progress)
    {
        using var stream = new MemoryStream();
        DemoStation.Write(stream, Rows, seed: 1);
        var csv = stream.ToArray();
        var answers = new Dictionary<int, byte[]>();
        await using (var served = await ServedChampions.StartAsync(host))
        {
            foreach (var champion in _champions.Where(c => only is null || c.Name == only))
            {
                progress.WriteLine($"{champion.Name} is trained");
                await served.PromoteAsync(champion.Name, csv, champion.ModelType, champion.Hyperparameters);
                foreach (var steps in _steps)
                {
                    var body = PredictRequests.Body(champion.Name, csv, steps);
                    answers[steps] = await served.AnswerAsync(body);
                    var generator = new LoadGenerator(served.Address, PredictRequests.Post(served.Address, "/predict", body));
                    foreach (var connections in _connections)
                    {
                        progress.WriteLine($"{champion.Name}, {steps} steps, {connections} connections");
                        var result = await AskAsync(served, generator, connections, measured);
                        result.Insert(1, "champion", champion.Name);
                        result.Insert(2, "steps", steps);
                        yield return result;
                    }
                }
            }
        }

        await foreach (var floor in FloorsAsync(csv, only, answers, measured, progress))
            yield return floor;
    }

    private static async Task<JsonObject> AskAsync(
        ServedChampions served, LoadGenerator generator, int connections, TimeSpan measured)
    {
        generator.Run(connections, measured / 2);
        var scrape = await served.CountedAsync();
        var before = await served.CountedAsync();
        var outcome = generator.Run(connections, measured);
        var after = await served.CountedAsync();

        // To ask what was counted costs something itself.
        var allocated = after.AllocatedBytes - before.AllocatedBytes - (before.AllocatedBytes - scrape.AllocatedBytes);
        var batches = after.Batches - before.Batches;
        var result = Result(outcome, connections);
        result["cpu_us_per_request"] = Math.Round(1e6 * (after.CpuSeconds - before.CpuSeconds) / outcome.Answers, 1);
        result["generator_cpu_us_per_request"] = Math.Round(1e6 * outcome.CpuSeconds / outcome.Answers, 1);
        result["allocated_bytes_per_request"] = Math.Round(allocated / outcome.Answers);
        result["batch_size"] = batches > 0 ? Math.Round((after.Batched - before.Batched) / batches, 2) : null;
        result["memory_mb"] = after.Memory >> 20;
        return result;
    }

    private static async IAsyncEnumerable<JsonObject> FloorsAsync(
        byte[] csv, string? only, Dictionary<int, byte[]> answers, TimeSpan measured, TextWriter progress)
    {
        progress.WriteLine("HTTP alone");
        await using (var bare = new ServerProcess(typeof(PredictFloors).Assembly.Location, url => ["predict", "--floor", url]))
        {
            await bare.UntilAsync("it answers", async () => (await bare.Http.GetAsync("/?1")).IsSuccessStatusCode);
            foreach (var (steps, answer) in answers)
            {
                var request = PredictRequests.Post(bare.Address, $"/?{answer.Length}", PredictRequests.Body("station", csv, steps));
                var generator = new LoadGenerator(bare.Address, request);
                foreach (var connections in _connections)
                {
                    generator.Run(connections, measured / 2);
                    var result = Result(generator.Run(connections, measured), connections);
                    result.Insert(1, "floor", "http");
                    result.Insert(2, "steps", steps);
                    yield return result;
                }
            }
        }

        progress.WriteLine("JSON and arithmetic alone");
        foreach (var (steps, answer) in answers)
        {
            var body = PredictRequests.Body("station", csv, steps);
            yield return Floor("json", steps, PredictFloors.JsonMicroseconds(body, answer));
        }

        foreach (var champion in _champions.Where(c => only is null || c.Name == only))
        {
            var (model, windows) = PredictFloors.Fit(csv, champion.ModelType, champion.Hyperparameters);
            using var _ = model;
            foreach (var (steps, batch) in _steps.SelectMany(s => new[] { (s, 1), (s, MostBatched) }))
            {
                var floor = Floor("arithmetic", steps, PredictFloors.ForecastMicroseconds(model, windows(batch), steps));
                floor.Insert(2, "champion", champion.Name);
                floor.Insert(3, "batch_size", batch);
                yield return floor;
            }
        }
    }

    private static JsonObject Result(LoadGenerator.Outcome outcome, int connections) => new()
    {
        ["bench"] = "predict",
        ["connections"] = connections,
        ["requests_per_second"] = Math.Round(outcome.PerSecond),
        ["p50_ms"] = Math.Round(outcome.Milliseconds(0.5), 3),
        ["p99_ms"] = Math.Round(outcome.Milliseconds(0.99), 3),
        ["p999_ms"] = Math.Round(outcome.Milliseconds(0.999), 3),
        ["failed"] = outcome.Failed,
    };

    private static JsonObject Floor(string name, int steps, double microseconds) => new()
    {
        ["bench"] = "predict",
        ["floor"] = name,
        ["steps"] = steps,
        ["us_per_request"] = Math.Round(microseconds, 1),
    };

    private sealed record Champion(string Name, string ModelType, JsonObject Hyperparameters);
}
