using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace FLTS.Tests.KillAnywhere;

/// <summary>
/// People who ask for whatever there is to ask for, often several at once for the same, until they are told to stop or the process is gone.
/// </summary>
internal sealed class Operators(IReadOnlyList<string> stations, int seed)
{
    private static readonly string[][] _types =
        [["GRU", "LSTM", "PROPHET"], ["NAIVE", "EWMA", "GRU"], ["AR", "NAIVE", "ENSEMBLE"], ["LSTM"]];
    private static readonly JsonObject[] _stages =
        [[], new() { ["stage"] = "train" }, new() { ["stage"] = "evaluate" }, new() { ["stage"] = "preprocess" }];
    private readonly Random _random = new(seed);

    /// <summary>Answers of 500: nothing that is asked for may cause one.</summary>
    public List<string> Accidents { get; } = [];

    /// <summary>Asks until <paramref name="stop"/>.</summary>
    public async Task AskAsync(FltsProcess flts, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var pipelines = await IdsAsync(flts, "/pipelines", "pipeline_id", stop);
                var runs = await IdsAsync(flts, "/runs", "run_id", stop);
                await AskOnceAsync(flts, pipelines, runs, stop);
                await Task.Delay(_random.Next(600), stop);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or InvalidOperationException)
            {
                // Killed, or not listening yet.
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    private async Task AskOnceAsync(FltsProcess flts, List<string> pipelines, List<string> runs, CancellationToken stop)
    {
        var station = stations[_random.Next(stations.Count)];
        if (pipelines.Count == 0 || runs.Count == 0)
        {
            await PostAsync(flts, "/pipelines", new JsonObject { ["dataset"] = station }, stop);
            return;
        }

        var (pipeline, run) = (pipelines[_random.Next(pipelines.Count)], runs[_random.Next(runs.Count)]);
        switch (_random.Next(20))
        {
            case < 5:
                await PostAsync(flts, "/pipelines", NewPipeline(station), stop);
                break;
            case < 11:
                var body = new JsonObject
                {
                    ["pipeline_id"] = pipeline,
                    ["force"] = _random.Next(3) == 0,
                    ["dry_run"] = _random.Next(9) == 0,
                };
                var key = _random.Next(2) == 0 ? $"key-{_random.Next(6)}" : null;
                await Task.WhenAll(Enumerable.Range(0, 1 + _random.Next(4)).Select(_ => PostAsync(flts, "/promote", body, stop, key)));
                break;
            case < 14:
                var stage = _stages[_random.Next(_stages.Length)];
                await Task.WhenAll(
                    Enumerable.Range(0, 1 + _random.Next(3)).Select(_ => PostAsync(flts, $"/pipelines/{pipeline}/rerun", stage, stop)));
                break;
            case < 16:
                await PostAsync(flts, $"/runs/{run}/rerun", [], stop);
                break;
            case 16:
                await PostAsync(flts, $"/pipelines/{pipeline}/cancel", [], stop);
                break;
            case 17:
                await PostAsync(flts, $"/runs/{run}/cancel", [], stop);
                break;
            default:
                await PostAsync(flts, $"/champions/{station}/rollback", [], stop);
                break;
        }
    }

    private JsonObject NewPipeline(string station)
    {
        var types = _types[_random.Next(_types.Length)];
        var request = new JsonObject { ["dataset"] = station, ["model_types"] = new JsonArray([.. types.Select(t => (JsonNode)t)]) };
        if (types.Contains("GRU") && _random.Next(2) == 0)
            request["training"] = new JsonObject { ["GRU"] = new JsonObject { ["seed"] = _random.Next(5) } };
        if (_random.Next(3) == 0)
            request["evaluation"] = new JsonObject { ["promotion_policy"] = "best_of_config" };
        return request;
    }

    private async Task PostAsync(FltsProcess flts, string path, JsonObject body, CancellationToken stop, string? key = null)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(body.DeepClone()) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await flts.Http.SendAsync(request, stop);
        if ((int)response.StatusCode != 500)
            return;

        var text = $"{path} {body.ToJsonString()}: {await response.Content.ReadAsStringAsync(stop)}";
        lock (Accidents)
            Accidents.Add(text);
    }

    private static async Task<List<string>> IdsAsync(FltsProcess flts, string path, string name, CancellationToken stop)
    {
        using var response = await flts.Http.GetAsync(new Uri(path, UriKind.Relative), stop);
        return response.IsSuccessStatusCode
            ? [.. JsonNode.Parse(await response.Content.ReadAsStringAsync(stop))!["items"]!
                .AsArray()
                .Select(i => i![name]!.GetValue<string>())]
            : [];
    }
}
