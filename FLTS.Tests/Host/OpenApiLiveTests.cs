using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using NUnit.Framework;

namespace FLTS.Tests.Host;

/// <summary>What a server that has trained and promoted answers is what its OpenAPI document says.</summary>
[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class OpenApiLiveTests
{
    private static readonly string[] _ended = ["promoted", "kept_champion", "below_baseline", "failed"];
    private static readonly string[] _withExamples =
    [
        "POST /predict", "POST /predict/batch", "POST /datasets/{name}/rows", "POST /backtests", "PUT /schedules/{name}", "POST /pipelines",
        "POST /keys", "PUT /datasets/{name}/options",
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _wrong = [];
    private readonly HashSet<string> _asked = [];
    private RunningHost _host = null!;
    private JsonObject _document = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Stations.Write(_folder["datasets"], "demo", 900);
        _host = await RunningHost.StartAsync(
            folder: _folder, settings: new Dictionary<string, string?> { ["Datasets:Folder"] = _folder["datasets"] }).ReadyAsync();
        using var answer = await _host.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        _document = await RunningHost.JsonAsync(answer);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Every_answer_is_as_the_document_says_and_every_example_works_on_the_demo()
    {
        var pipeline = (await AskAsync("POST /pipelines", "/pipelines", new { dataset = "demo", model_types = new[] { "NAIVE", "AR" } }))!;
        var id = pipeline["pipeline_id"]!.GetValue<string>();
        var state = await EndOfAsync(id);
        var run = state["runs"]!.AsArray().Select(r => r!["run_id"]!.GetValue<string>()).First();
        for (var i = 0; i < 1200 && await LoadedAsync() == 0; i++)
            await Task.Delay(50);
        Assert.That(await LoadedAsync(), Is.Positive, () => string.Join('\n', _wrong));

        foreach (var name in _withExamples)
            await ExampleAsync(name);
        var posted = (await AskAsync("GET /pipelines", "/pipelines"))!["items"]!.AsArray()
            .Select(p => p!["pipeline_id"]!.GetValue<string>()).FirstOrDefault(p => p != id);
        Assert.That(posted, Is.Not.Null, () => string.Join('\n', _wrong));
        await AskAsync("POST /pipelines/{id}/cancel", $"/pipelines/{posted}/cancel");
        await AskAsync("POST /promote", "/promote", new { pipeline_id = id, dry_run = true });
        await AskAsync(
            "POST /datasets/preview", "/datasets/preview?timezone=Europe/Madrid", "time,a\n2024-01-05 00:00:00,1\n2024-01-05 01:00:00,2\n");
        await AskAsync("POST /schedules/{name}/fire", "/schedules/demo/fire");
        await GetAllAsync(id, run);
        await AskAsync("POST /runs/{run_id}/rerun", $"/runs/{run}/rerun");
        await AskAsync("POST /pipelines/{id}/rerun", $"/pipelines/{id}/rerun", new { stage = "evaluate" }, may: 409);
        await AskAsync("POST /champions/{identifier}/rollback", "/champions/demo/rollback", new { dry_run = true }, may: 409);

        Assert.That(_wrong.Distinct(), Is.Empty);
        var unasked = from path in _document["paths"]!.AsObject()
                      where path.Value!["get"] is not null && path.Key != "/events" // It has no end: EventsTests listens.
                      select $"GET {path.Key}";
        Assert.That(unasked.Except(_asked), Is.Empty, "every GET is asked");
    }

    private async Task GetAllAsync(string pipeline, string run)
    {
        var attempt = (await AskAsync("GET /promotions", "/promotions"))!["items"]![0]!["attempt_id"]!.GetValue<string>();
        var backtest = (await AskAsync("GET /backtests", "/backtests"))!["items"]![0]!["backtest_id"]!.GetValue<string>();
        var file = (await AskAsync("GET /runs/{run_id}/artifacts", $"/runs/{run}/artifacts"))!["items"]![0]!["path"]!.GetValue<string>();
        (string Path, string Asked)[] all =
        [
            ("/healthz", "/healthz"), ("/readyz", "/readyz"), ("/ready", "/ready"), ("/predict_ping", "/predict_ping"),
            ("/metrics", "/metrics"), ("/demo.csv", "/demo.csv"), ("/datasets", "/datasets"), ("/datasets/{name}", "/datasets/demo"),
            ("/datasets/{name}/profile", "/datasets/demo/profile"), ("/datasets/{name}/series", "/datasets/demo/series?points=20"),
            ("/datasets/{name}/plots/{column}", "/datasets/demo/plots/down"), ("/datasets/{name}/options", "/datasets/demo/options"),
            ("/pipelines/{id}", $"/pipelines/{pipeline}"), ("/runs", "/runs"), ("/runs/{run_id}", $"/runs/{run}"),
            ("/runs/{run_id}/metrics", $"/runs/{run}/metrics"), ("/runs/{run_id}/horizons", $"/runs/{run}/horizons"),
            ("/runs/{run_id}/artifacts/{path}", $"/runs/{run}/artifacts/{file}"), ("/promotions/{attempt_id}", $"/promotions/{attempt}"),
            ("/scoreboards/{id}", $"/scoreboards/{pipeline}"),
            ("/scoreboards/{id}/plots/error_by_lead.png", $"/scoreboards/{pipeline}/plots/error_by_lead.png"),
            ("/champions", "/champions"), ("/champions/{identifier}", "/champions/demo"),
            ("/predict/{identifier}", "/predict/demo?steps=2&level=80"), ("/backtests/{id}", $"/backtests/{backtest}"),
            ("/live/{identifier}", "/live/demo"), ("/drift", "/drift"), ("/schedules", "/schedules"),
            ("/schedules/{name}", "/schedules/demo"), ("/schedules/{name}/next", "/schedules/demo/next"),
            ("/retention/plan", "/retention/plan"), ("/keys", "/keys"), ("/audit", "/audit"), ("/session", "/session"),
        ];
        foreach (var (path, asked) in all)
            await AskAsync($"GET {path}", asked);
        await AskAsync("GET /live/{identifier}/forecast", "/live/demo/forecast?column=down", may: 404);
    }

    /// <summary>Sends the example as it stands.</summary>
    private async Task ExampleAsync(string name)
    {
        var body = Operation(name)["requestBody"]!["content"]!["application/json"]!["example"]!;
        await AskAsync(name, name.Split(' ')[1].Replace("{name}", "demo", StringComparison.Ordinal), body);
    }

    /// <summary>Asks, and holds the answer against the document; what is wrong is kept.</summary>
    /// <param name="name">Of the operation.</param>
    /// <param name="path">As it is asked.</param>
    /// <param name="body">As JSON, or text as CSV; null: none.</param>
    /// <param name="may">A refusal that is as good as an answer.</param>
    private async Task<JsonNode?> AskAsync(string name, string path, object? body = null, int may = 0)
    {
        _asked.Add(name);
        using var request = new HttpRequestMessage(HttpMethod.Parse(name.Split(' ')[0]), path)
        {
            Content = body switch
            {
                null => null,
                string csv => new StringContent(csv, null, "text/csv"),
                _ => JsonContent.Create(body),
            },
        };
        request.Headers.Add("X-Api-Key", _host.Key);
        using var answer = await _host.Http.SendAsync(request);
        var status = (int)answer.StatusCode;
        var text = await answer.Content.ReadAsStringAsync();
        if (status >= 300 && status != may)
            _wrong.Add($"{name}: {status} {text}");
        var described = Operation(name)["responses"]![$"{status}"];
        var type = answer.Content.Headers.ContentType?.MediaType;
        if (described?["content"]?["*/*"] is not null)
            return null; // A file.
        if (described is null || (type is not null && described["content"]?[type]?["schema"] is null))
            _wrong.Add($"{name}: {status} {type} is not described");
        if (type?.EndsWith("json", StringComparison.Ordinal) != true)
            return null;

        var json = JsonNode.Parse(text);
        if (described?["content"]?[type]?["schema"] is { } schema)
            _wrong.AddRange(new SchemaCheck(_document).Check(json, schema, $"{name} {status} "));
        return json;
    }

    private JsonNode Operation(string name) =>
        _document["paths"]![name.Split(' ')[1]]![name.Split(' ')[0].ToLowerInvariant()]!;

    private async Task<int> LoadedAsync() => (await AskAsync("GET /models/loaded", "/models/loaded"))!["items"]!.AsArray().Count;

    private async Task<JsonNode> EndOfAsync(string id)
    {
        for (var i = 0; i < 1200; i++)
        {
            var state = (await AskAsync("GET /pipelines/{id}", $"/pipelines/{id}"))!;
            if (_ended.Contains(state["status"]!.GetValue<string>()))
                return state;
            await Task.Delay(100);
        }

        throw new TimeoutException($"Pipeline {id} does not end.");
    }
}
