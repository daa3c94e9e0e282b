using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Host.Hosting;
using FLTS.Modules.Contracts;

namespace FLTS.Host.Cli;

/// <summary><c>run</c>: starts the server, and a pipeline where one is asked for or nothing is there yet.</summary>
internal static class RunCommand
{
    private const string DemoName = "demo";
    private const int DemoRows = 20_160;
    private const int DemoSeed = 1;

    private static readonly Option<string?> _urls = new("--urls") { Description = "Address to listen on (default http://127.0.0.1:8080; any other than loopback needs a key for everything)." };
    private static readonly Option<string?> _data = new("--data") { Description = "Folder of database, objects and keys (default ./data)." };
    private static readonly Option<string?> _datasets = new("--datasets") { Description = "Folder of <name>.csv (and <name>_test.csv) offered as datasets." };
    private static readonly Option<string?> _pipeline = new("--pipeline") { Description = "Dataset to start a pipeline for." };
    private static readonly Option<int?> _trainRows = new("--sample-train-rows") { Description = "Train rows taken (0: all)." };
    private static readonly Option<int?> _testRows = new("--sample-test-rows") { Description = "Test rows taken (0: all)." };
    private static readonly Option<string[]> _set = new("--set") { Description = "A setting, Section:Key=Value; may be repeated." };
    private static readonly Option<bool> _exit = new("--exit") { Description = "Stop when the pipeline has ended: 0 promoted or kept, 2 failed, 3 still blocked at --timeout, 4 below baseline." };
    private static readonly Option<double> _timeout = new("--timeout") { Description = "Seconds --exit waits at most (default 3600).", DefaultValueFactory = _ => 3600 };
    private static readonly Option<bool> _jsonLogs = new("--json-logs") { Description = "Logs as JSON lines on standard output instead of a file." };

    public static Command Create()
    {
        var command = new Command("run", "Starts the server; the first start ends with a served model.") { _urls, _data, _datasets, _pipeline, _trainRows, _testRows, _set, _exit, _timeout, _jsonLogs };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var settings = Settings(parsed);
        await using var app = Server.Build(settings, parsed.GetValue(_jsonLogs));
        await app.StartAsync(cancellation);
        var key = app.Services.GetRequiredService<AdminKey>();
        var url = app.Urls.First();
        Say($"FLTS listens on {url}");
        if (key.IsNew)
            Say($"Admin key (shown once, kept in {key.File}): {key.Value}");

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation, app.Lifetime.ApplicationStopping);
        var exit = 0;
        try
        {
            await app.Services.GetRequiredService<IStartupGate>().OpenedAsync(stopping.Token);
            using var api = new ApiClient(url, key.Value);
            if (await PipelineToFollowAsync(parsed, app, api, stopping.Token) is { } pipelineId)
            {
                exit = await FollowAsync(parsed, api, pipelineId, stopping.Token);
                await NextSteps.WriteAsync(api, url, key, stopping.Token);
            }

            if (!parsed.GetValue(_exit))
                await app.WaitForShutdownAsync(cancellation);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped by hand.
        }
        finally
        {
            await app.StopAsync(CancellationToken.None);
        }

        return exit;
    }

    private static Dictionary<string, string?> Settings(ParseResult parsed)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (parsed.GetValue(_urls) is { } urls)
            settings["urls"] = urls;
        else if (Environment.GetEnvironmentVariable("ASPNETCORE_URLS") is null && Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS") is null)
            settings["urls"] = "http://127.0.0.1:8080";

        if (parsed.GetValue(_data) is { } data)
            settings["Data:Directory"] = data;
        if (parsed.GetValue(_datasets) is { } datasets)
        {
            if (!Directory.Exists(datasets))
                throw new InvalidInputException($"--datasets {datasets}: there is no such folder.");

            settings["Datasets:Folder"] = Path.GetFullPath(datasets);
        }

        CommandLine.AddSettings(settings, parsed.GetValue(_set) ?? []);
        return settings;
    }

    /// <summary>The one asked for, the demo on an empty registry, or one that an earlier process left unfinished.</summary>
    private static async Task<string?> PipelineToFollowAsync(ParseResult parsed, WebApplication app, ApiClient api, CancellationToken cancellation)
    {
        if (parsed.GetValue(_pipeline) is { } dataset)
            return await StartAsync(parsed, api, dataset, cancellation);

        if (app.Services.GetRequiredService<HostSettings>().Modules.All(m => m.Name != "Pipeline"))
            return null;

        var newest = (await api.GetAsync("/pipelines?limit=1", cancellation))["items"]!.AsArray().FirstOrDefault();
        if (newest is not null)
            return PipelineFollower.HasEnded(newest["status"]!.GetValue<string>()) ? null : newest["pipeline_id"]!.GetValue<string>();

        var host = app.Services.GetRequiredService<HostSettings>();
        if (!host.IsEmbedded || parsed.GetValue(_datasets) is not null || !app.Configuration.GetValue("Pipeline:DemoOnEmpty", true))
            return null;

        DatasetCommand.WriteDemo(Path.Combine(DatasetsFolder(app, host), $"{DemoName}.csv"), DemoRows, DemoSeed);
        Say($"Nothing is here yet: the demo dataset ({DemoRows.ToString("N0", CultureInfo.InvariantCulture)} rows, 28 days at two minutes) is made and run.");
        return await StartAsync(parsed, api, DemoName, cancellation);
    }

    private static string DatasetsFolder(WebApplication app, HostSettings host) => app.Configuration["Datasets:Folder"] ?? Path.Combine(host.DataDirectory, "datasets");

    private static async Task<string> StartAsync(ParseResult parsed, ApiClient api, string dataset, CancellationToken cancellation)
    {
        var body = new JsonObject { ["dataset"] = dataset };
        if (parsed.GetValue(_trainRows) is { } trainRows)
            body["sample_train_rows"] = trainRows;
        if (parsed.GetValue(_testRows) is { } testRows)
            body["sample_test_rows"] = testRows;

        var started = await api.PostAsync("/pipelines", body, cancellation);
        return started["pipeline_id"]!.GetValue<string>();
    }

    private static async Task<int> FollowAsync(ParseResult parsed, ApiClient api, string pipelineId, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (parsed.GetValue(_exit))
            limit.CancelAfter(TimeSpan.FromSeconds(parsed.GetValue(_timeout)));

        return await PipelineFollower.FollowAsync(api, pipelineId, limit.Token, cancellation);
    }

    private static void Say(string line) => Console.WriteLine(line);
}
