using System.Text.Json.Nodes;
using FLTS.Host.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Tests.Host;

/// <summary>The server as Program builds it, in this process, on a free port and a folder of its own.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly bool _ownsFolder;
    private bool _hasStopped;

    private RunningHost(WebApplication app, TemporaryFolder folder, bool ownsFolder)
    {
        (App, _folder, _ownsFolder) = (app, folder, ownsFolder);
        Http = new HttpClient();
    }

    public WebApplication App { get; }

    public HttpClient Http { get; }

    public string Key => App.Services.GetRequiredService<AdminKey>().Value;

    /// <summary>Settings of a host that nobody else uses.</summary>
    public static Dictionary<string, string?> Settings(TemporaryFolder folder, string bind = "127.0.0.1") => new()
    {
        ["Data:Directory"] = folder["data"],
        ["urls"] = $"http://{bind}:0",
        ["Page:WarmUpSeconds"] = "0",
    };

    /// <param name="bind">Address to listen on.</param>
    /// <param name="settings">More settings.</param>
    /// <param name="map">More endpoints.</param>
    /// <param name="folder">Kept afterwards; null: a new one, deleted with the host.</param>
    /// <param name="more">Services in the place of those there are, or beside them.</param>
    public static async Task<RunningHost> StartAsync(
        string bind = "127.0.0.1",
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<WebApplication>? map = null,
        TemporaryFolder? folder = null,
        Action<IServiceCollection>? more = null)
    {
        var own = folder ?? new TemporaryFolder();
        var all = Settings(own, bind);
        foreach (var (name, value) in settings ?? new Dictionary<string, string?>())
            all[name] = value;

        if (folder is null && !all.ContainsKey("Database:Provider"))
            await MigratedDatabases.PlaceSqliteAsync(own["data"]);
        var host = new RunningHost(Server.Build(all, jsonToConsole: false, more), own, folder is null);
        map?.Invoke(host.App);
        await host.App.StartAsync();
        host.Http.BaseAddress = new Uri(host.App.Urls.First().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal));
        return host;
    }

    /// <summary>One request, with the admin key where told.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        bool withKey = false,
        HttpContent? content = null,
        string? accept = null,
        HttpCompletionOption until = HttpCompletionOption.ResponseContentRead)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (withKey)
            request.Headers.Add(Security.Header, Key);
        if (accept is not null)
            request.Headers.Add("Accept", accept);

        return await Http.SendAsync(request, until);
    }

    public static async Task<JsonObject> JsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();

    /// <summary>Stops it and returns what it logged.</summary>
    public async Task<IReadOnlyList<JsonObject>> LogsAsync()
    {
        await StopAsync();
        return [.. Directory.GetFiles(_folder["data/logs"]).SelectMany(File.ReadAllLines).Select(l => JsonNode.Parse(l)!.AsObject())];
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Http.Dispose();
        if (_ownsFolder)
            _folder.Dispose();
    }

    /// <summary>Disposing alone would leave services at work in a folder that is being deleted.</summary>
    private async Task StopAsync()
    {
        if (_hasStopped)
            return;

        _hasStopped = true;
        await App.StopAsync();
        await App.DisposeAsync();
    }
}
