using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace FLTS.Benchmarks.Predict;

/// <summary>The product with champions to ask, and a folder for its data that goes with it.</summary>
internal sealed class ServedChampions : IAsyncDisposable
{
    /// <summary>An answer of /metrics is given again for so long (the exporter's default, and something on top).</summary>
    private static readonly TimeSpan _scrapeIsKept = TimeSpan.FromMilliseconds(400);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("flts-bench-");
    private readonly ServerProcess _server;

    private ServedChampions(string host) => _server = new ServerProcess(
        host, url => ["run", "--data", _data.FullName, "--urls", url, "--set", "Pipeline:DemoOnEmpty=false"]);

    public IPEndPoint Address => _server.Address;

    public static async Task<ServedChampions> StartAsync(string host)
    {
        var served = new ServedChampions(host);
        await served._server.UntilAsync(
            "the server answers", async () => (await served._server.Http.GetAsync("/readyz")).IsSuccessStatusCode);
        var key = await File.ReadAllTextAsync(Path.Combine(served._data.FullName, "keys", "admin.key"));
        served._server.Http.DefaultRequestHeaders.Add("X-Api-Key", key.Trim());
        return served;
    }

    /// <summary>Trains and promotes one model; afterwards the server answers for the identifier.</summary>
    /// <param name="identifier">Also the dataset's name.</param>
    /// <param name="csv">The data.</param>
    /// <param name="modelType">The only candidate.</param>
    /// <param name="hyperparameters">Of it.</param>
    public async Task PromoteAsync(string identifier, byte[] csv, string modelType, JsonObject hyperparameters)
    {
        var id = await TrainAsync(identifier, csv, modelType, hyperparameters);
        await UntilAsync(id, "promoted");
    }

    /// <summary>Begins to train one model.</summary>
    /// <returns>The pipeline.</returns>
    public async Task<string> TrainAsync(string dataset, byte[] csv, string modelType, JsonObject hyperparameters)
    {
        using var content = new ByteArrayContent(csv);
        content.Headers.ContentType = new("text/csv");
        (await _server.Http.PutAsync($"/datasets/{dataset}", content)).EnsureSuccessStatusCode();
        var asked = await _server.Http.PostAsJsonAsync("/pipelines", new JsonObject
        {
            ["dataset"] = dataset,
            ["model_types"] = new JsonArray(modelType),
            ["training"] = new JsonObject { [modelType] = hyperparameters.DeepClone() },
        });
        if (!asked.IsSuccessStatusCode)
            throw new InvalidOperationException($"{modelType} is not trained: {await asked.Content.ReadAsStringAsync()}");

        return (await asked.Content.ReadFromJsonAsync<JsonObject>())!["pipeline_id"]!.GetValue<string>();
    }

    /// <summary>Waits until a pipeline has this status.</summary>
    public Task UntilAsync(string pipeline, string status) => _server.UntilAsync($"{pipeline} is {status}", async () =>
    {
        var shown = (await _server.Http.GetFromJsonAsync<JsonObject>($"/pipelines/{pipeline}"))!;
        var found = shown["status"]!.GetValue<string>();
        if (found is not ("queued" or "preprocessing" or "training" or "evaluating" or "blocked") && found != status)
            throw new InvalidOperationException($"The pipeline was to be {status}: {shown.ToJsonString()}");

        return found == status;
    });

    /// <summary>Ends a pipeline.</summary>
    public async Task CancelAsync(string pipeline) =>
        (await _server.Http.PostAsync($"/pipelines/{pipeline}/cancel", null)).EnsureSuccessStatusCode();

    /// <summary>Makes the run of a version the champion again.</summary>
    public async Task RollBackAsync(string identifier, int toVersion)
    {
        var asked = new JsonObject { ["to_version"] = toVersion };
        var answer = await _server.Http.PostAsJsonAsync($"/champions/{identifier}/rollback", asked);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"No rollback: {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>Version of the model that is served.</summary>
    public async Task<int> VersionAsync(string identifier) =>
        (await _server.Http.GetFromJsonAsync<JsonObject>("/models/loaded"))!["items"]!.AsArray()
            .Single(m => m!["identifier"]!.GetValue<string>() == identifier)!["version"]!.GetValue<int>();

    /// <summary>The answer to one request, for those that measure what it costs to write it.</summary>
    public async Task<byte[]> AnswerAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        var answer = await _server.Http.PostAsync("/predict", content);
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadAsByteArrayAsync()
            : throw new InvalidOperationException($"No forecast: {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>What the server has counted since its start.</summary>
    public async Task<Counted> CountedAsync()
    {
        await Task.Delay(_scrapeIsKept);
        var text = await _server.Http.GetStringAsync("/metrics");
        return new Counted(
            _server.CpuSeconds,
            Value("dotnet_gc_heap_total_allocated_bytes_total"),
            Value("flts_predict_batch_size_count"),
            Value("flts_predict_batch_size_sum"),
            _server.Memory);

        double Value(string name)
        {
            var line = text.Split('\n').Single(l => l.StartsWith(name, StringComparison.Ordinal) && l[name.Length] is ' ' or '{');
            return double.Parse(line[(line.LastIndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1], Number);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private static CultureInfo Number => CultureInfo.InvariantCulture;

    /// <param name="CpuSeconds">Of the server's processor.</param>
    /// <param name="AllocatedBytes">On the managed heap.</param>
    /// <param name="Batches">Computed.</param>
    /// <param name="Batched">Forecasts in them.</param>
    /// <param name="Memory">Resident bytes now.</param>
    public sealed record Counted(double CpuSeconds, double AllocatedBytes, double Batches, double Batched, long Memory);
}
