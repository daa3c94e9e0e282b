using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FLTS.Host.Hosting;
using FLTS.Tests.EndToEnd;

namespace FLTS.Tests.Host.Clients;

/// <summary>A host whose station demo has a champion, and its OpenAPI document as a file.</summary>
internal sealed class ServedDemo : IAsyncDisposable
{
    private readonly RunningHost _host;

    private ServedDemo(RunningHost host, TemporaryFolder folder) => (_host, Folder) = (host, folder);

    public TemporaryFolder Folder { get; }

    public string Document => Folder["flts.json"];

    public Uri Address => _host.Http.BaseAddress!;

    public string Key => _host.Key;

    public static async Task<ServedDemo> StartAsync()
    {
        var folder = new TemporaryFolder();
        Stations.Write(folder["datasets"], "demo", 900);
        var settings = new Dictionary<string, string?> { ["Datasets:Folder"] = folder["datasets"] };
        var demo = new ServedDemo(await RunningHost.StartAsync(folder: folder, settings: settings).ReadyAsync(), folder);
        demo._host.Http.DefaultRequestHeaders.Add(Security.Header, demo.Key);
        await File.WriteAllTextAsync(demo.Document, await demo._host.Http.GetStringAsync("/openapi/v1.json"));
        return demo;
    }

    /// <summary>Trains, and waits for the champion.</summary>
    public async Task TrainAsync()
    {
        using var started = await _host.Http.PostAsJsonAsync("/pipelines", new { dataset = "demo", model_types = new[] { "NAIVE", "AR" } });
        started.EnsureSuccessStatusCode();
        for (var i = 0; i < 600; i++)
        {
            var loaded = await _host.Http.GetFromJsonAsync<JsonObject>("/models/loaded");
            if (loaded!["items"]!.AsArray().Count > 0)
                return;
            await Task.Delay(100);
        }

        throw new TimeoutException("Nothing is served.");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Folder.Dispose();
    }
}
