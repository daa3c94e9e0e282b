using System.Net;
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
    /// <param name="plan">What is measured.</param>
    /// <param name="progress">Told what is measured now.</param>
    public static IEnumerable<JsonObject> Run(Plan plan, TextWriter progress) => RunAsync(plan, progress).ToBlockingEnumerable();

    private static async IAsyncEnumerable<JsonObject> RunAsync(Plan plan, TextWriter progress)
    {
        using var stream = new MemoryStream();
        DemoStation.Write(stream, Rows, seed: 1);
        var csv = stream.ToArray();
        var answers = new Dictionary<int, byte[]>();
        await using (var served = await ServedChampions.StartAsync(plan.Host))
        {
            foreach (var champion in Champions(plan))
            {
                progress.WriteLine($"{champion.Name} is trained");
                await served.PromoteAsync(champion.Name, csv, champion.ModelType, champion.Hyperparameters);
                foreach (var steps in plan.Steps)
                {
                    var body = PredictRequests.Body(champion.Name, csv, steps);
                    answers[steps] = await served.AnswerAsync(body);
                    var load = plan.Load(served.Address, "/predict", body);
                    foreach (var connections in plan.Connections)
                    {
                        progress.WriteLine($"{champion.Name}, {steps} steps, {connections} connections");
                        var result = await AskAsync(served, load, connections, plan.Measured);
                        result.Insert(1, "champion", champion.Name);
                        result.Insert(2, "steps", steps);
                        yield return result;
                    }
                }
            }
        }

        if (!plan.HasFloors)
            yield break;
        await foreach (var floor in FloorsAsync(csv, plan, answers, progress))
            yield return floor;
    }

    private static async Task<JsonObject> AskAsync(
        ServedChampions served, Func<int, TimeSpan, LoadSummary> load, int connections, TimeSpan measured)
    {
        load(connections, measured / 2);
        var scrape = await served.CountedAsync();
        var before = await served.CountedAsync();
        var outcome = load(connections, measured);
        var after = await served.CountedAsync();

        // To ask what was counted costs something itself.
        var allocated = after.AllocatedBytes - before.AllocatedBytes - (before.AllocatedBytes - scrape.AllocatedBytes);
        var batches = after.Batches - before.Batches;
        var result = Result(outcome, connections);
        result["cpu_us_per_request"] = Math.Round(1e6 * (after.CpuSeconds - before.CpuSeconds) / outcome.Answers, 1);
        result["allocated_bytes_per_request"] = Math.Round(allocated / outcome.Answers);
        result["batch_size"] = batches > 0 ? Math.Round((after.Batched - before.Batched) / batches, 2) : null;
        result["memory_mb"] = after.Memory >> 20;
        return result;
    }

    private static async IAsyncEnumerable<JsonObject> FloorsAsync(
        byte[] csv, Plan plan, Dictionary<int, byte[]> answers, TextWriter progress)
    {
        progress.WriteLine("HTTP alone");
        await using (var bare = new ServerProcess(typeof(PredictFloors).Assembly.Location, url => ["predict", "--floor", url]))
        {
            await bare.UntilAsync("it answers", async () => (await bare.Http.GetAsync("/?1")).IsSuccessStatusCode);
            foreach (var (steps, answer) in answers)
            {
                var load = plan.Load(bare.Address, $"/?{answer.Length}", PredictRequests.Body("station", csv, steps));
                foreach (var connections in plan.Connections)
                {
                    load(connections, plan.Measured / 2);
                    var cpu = bare.CpuSeconds;
                    var outcome = load(connections, plan.Measured);
                    var result = Result(outcome, connections);
                    result.Insert(1, "floor", "http");
                    result.Insert(2, "steps", steps);
                    result["cpu_us_per_request"] = Math.Round(1e6 * (bare.CpuSeconds - cpu) / outcome.Answers, 1);
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

        foreach (var champion in Champions(plan))
        {
            var (model, windows) = PredictFloors.Fit(csv, champion.ModelType, champion.Hyperparameters);
            using var _ = model;
            foreach (var (steps, batch) in plan.Steps.SelectMany(s => new[] { (s, 1), (s, MostBatched) }))
            {
                var floor = Floor("arithmetic", steps, PredictFloors.ForecastMicroseconds(model, windows(batch), steps));
                floor.Insert(2, "champion", champion.Name);
                floor.Insert(3, "batch_size", batch);
                yield return floor;
            }
        }
    }

    private static IEnumerable<Champion> Champions(Plan plan) => _champions.Where(c => plan.Only is null || c.Name == plan.Only);

    private static JsonObject Result(LoadSummary outcome, int connections) => new()
    {
        ["bench"] = "predict",
        ["connections"] = connections,
        ["requests_per_second"] = Math.Round(outcome.Answers / outcome.Seconds),
        ["p50_ms"] = Math.Round(outcome.P50, 3),
        ["p99_ms"] = Math.Round(outcome.P99, 3),
        ["p999_ms"] = Math.Round(outcome.P999, 3),
        ["failed"] = outcome.Failed,
        ["load_cpu_us_per_request"] = Math.Round(1e6 * outcome.CpuSeconds / outcome.Answers, 1),
    };

    private static JsonObject Floor(string name, int steps, double microseconds) => new()
    {
        ["bench"] = "predict",
        ["floor"] = name,
        ["steps"] = steps,
        ["us_per_request"] = Math.Round(microseconds, 1),
    };

    /// <summary>What is measured.</summary>
    /// <param name="Host">The product's program file.</param>
    /// <param name="Only">Name of one champion; null: all.</param>
    /// <param name="Steps">Lengths of the forecasts.</param>
    /// <param name="Connections">How many ask at once.</param>
    /// <param name="Measured">How long each is asked, behind half of that to warm up.</param>
    /// <param name="ByWrk">Who asks: wrk, else <see cref="LoadGenerator"/>.</param>
    /// <param name="HasFloors">Whether what HTTP, JSON and arithmetic take alone is measured too.</param>
    public sealed record Plan(
        string Host,
        string? Only,
        IReadOnlyList<int> Steps,
        IReadOnlyList<int> Connections,
        TimeSpan Measured,
        bool ByWrk,
        bool HasFloors)
    {
        /// <summary>What asks a server the same for so long, over so many connections.</summary>
        public Func<int, TimeSpan, LoadSummary> Load(IPEndPoint server, string path, byte[] body)
        {
            if (ByWrk)
                return (connections, duration) => Wrk.Run(new Uri($"http://{server}{path}"), body, connections, duration);

            var own = new LoadGenerator(server, PredictRequests.Post(server, path, body));
            return (connections, duration) => own.Run(connections, duration).Summary;
        }
    }

    private sealed record Champion(string Name, string ModelType, JsonObject Hyperparameters);
}
