using FLTS.Forecasting.Broken;
using FLTS.Host.Hosting;

namespace FLTS.Host.Cli;

/// <summary>A server that is started for a replay: its clock is that of the rows, and its champion can be broken on purpose.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo? _temporary;

    private OwnServer(WebApplication app, DirectoryInfo? temporary, ReplayClock clock, ModelFaults faults)
    {
        (_app, _temporary, Clock, Faults) = (app, temporary, clock, faults);
        Api = new ApiClient(app.Urls.First(), app.Services.GetRequiredService<AdminKey>().Value);
    }

    public ReplayClock Clock { get; }

    public ModelFaults Faults { get; }

    public ApiClient Api { get; }

    /// <param name="data">Its folder; null: one that goes with it.</param>
    /// <param name="settings">As <c>Section:Key=Value</c>.</param>
    /// <param name="now">Time on its clock.</param>
    /// <param name="cancellation">Stops the starting.</param>
    public static async Task<OwnServer> StartAsync(
        string? data, IEnumerable<string> settings, DateTime now, CancellationToken cancellation)
    {
        var temporary = data is null ? Directory.CreateTempSubdirectory("flts-replay-") : null;
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Data:Directory"] = data ?? temporary!.FullName,
        };
        CommandLine.AddSettings(all, settings);
        var (clock, faults) = (new ReplayClock(), new ModelFaults());
        clock.Reach(now);
        var app = Server.Build(
            all, jsonToConsole: false, services => services.AddSingleton<TimeProvider>(clock).AddSingleton(faults));
        await app.StartAsync(cancellation);
        var server = new OwnServer(app, temporary, clock, faults);
        await app.Services.GetRequiredService<StartupGate>().OpenedAsync(cancellation);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _temporary?.Delete(recursive: true);
    }
}
