using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Demo;
using FLTS.Host.Hosting;

namespace FLTS.Host.Cli;

/// <summary><c>run</c>: starts the server, and a pipeline where one is asked for or nothing is there yet.</summary>
internal static partial class RunCommand
{
    private const string DemoName = "demo";

    /// <summary>With <c>--exit</c>, 0 says that a model is in force: who stopped it earlier must not read that (128 + SIGINT).</summary>
    private const int Interrupted = 130;

    private const int NotInTime = 3;

    /// <summary>Seconds a timer can wait, 49 days.</summary>
    private const double LongestTimeout = 4_294_967;

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);

    private static readonly Option<string?> _urls = new("--urls")
    {
        Description = "Address to listen on (default http://127.0.0.1:8080; any other than loopback needs a key for everything).",
    };
    private static readonly Option<string?> _data =
        new("--data") { Description = "Folder of database, objects and keys (default ./data)." };
    private static readonly Option<string?> _datasets =
        new("--datasets") { Description = "Folder of <name>.csv (and <name>_test.csv) offered as datasets." };
    private static readonly Option<string?> _pipeline = new("--pipeline") { Description = "Dataset to start a pipeline for." };
    private static readonly Option<int?> _trainRows = new("--sample-train-rows") { Description = "Train rows taken (0: all)." };
    private static readonly Option<int?> _testRows = new("--sample-test-rows") { Description = "Test rows taken (0: all)." };
    private static readonly Option<string[]> _set = new("--set") { Description = "A setting, Section:Key=Value; may be repeated." };
    private static readonly Option<bool> _exit = new("--exit")
    {
        Description = "Stop when the pipeline has ended: 0 promoted or kept, 2 failed, 3 still blocked at --timeout, 4 below baseline.",
    };
    private static readonly Option<double> _timeout = Timeout();
    private static readonly Option<bool> _jsonLogs =
        new("--json-logs") { Description = "Logs as JSON lines on standard output instead of a file." };

    private static readonly Option<bool> _json = new("--json")
    {
        Description =
            "With --exit: the pipeline and its scoreboard as one JSON object on standard output; lines for people go to standard error.",
    };

    public static Command Create()
    {
        var command = new Command("run", "Starts the server; the first start ends with a served model.")
        {
            _urls, _data, _datasets, _pipeline, _trainRows, _testRows, _set, _exit, _timeout, _jsonLogs, _json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static Option<double> Timeout()
    {
        var option = new Option<double>("--timeout")
        {
            Description = "Seconds --exit waits at most (default 3600).",
            DefaultValueFactory = _ => 3600,
        };
        option.Validators.Add(given =>
        {
            if (given.Tokens is [var token]
                && double.TryParse(token.Value, CultureInfo.InvariantCulture, out var seconds)
                && seconds is not (>= 0 and <= LongestTimeout))
                given.AddError($"--timeout is {token.Value}; it must be a number of seconds from 0 to {LongestTimeout}.");
        });
        return option;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var settings = Settings(parsed);
        await using var app = Server.Build(settings, parsed.GetValue(_jsonLogs));
        var screen = new Screen(parsed.GetValue(_json) || parsed.GetValue(_jsonLogs) || app.Configuration["Logging:Console"] == "json");
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation, app.Lifetime.ApplicationStopping);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        if (parsed.GetValue(_exit))
            limit.CancelAfter(TimeSpan.FromSeconds(parsed.GetValue(_timeout)));
        try
        {
            return await ServeAsync(parsed, app, screen, limit.Token, stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return parsed.GetValue(_exit) ? Interrupted : 0; // Stopped by hand.
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            var away = app.Services.GetRequiredService<StartupGate>().States.Where(s => s.Value.State != "ok").Select(s => s.Key);
            screen.Line($"Nothing has ended within --timeout; not there: {string.Join(", ", away.DefaultIfEmpty("the pipeline's end"))}.");
            return NotInTime;
        }
        catch (Exception e) when (e is not FltsException)
        {
            LogFault(app.Logger, e);
            throw;
        }
        finally
        {
            await app.StopAsync(CancellationToken.None);
        }
    }

    private static async Task<int> ServeAsync(
        ParseResult parsed, WebApplication app, Screen screen, CancellationToken limit, CancellationToken stopping)
    {
        await app.StartAsync(limit);
        var key = app.Services.GetRequiredService<AdminKey>();
        var url = app.Urls.First();
        screen.Line($"FLTS listens on {url}");
        if (key.IsNew)
            screen.Line($"Admin key (shown once, kept in {key.File}): {key.Value}");

        await OpenedAsync(app.Services.GetRequiredService<StartupGate>(), screen, limit);
        using var api = new ApiClient(url, key.Value);
        var followed = await PipelineToFollowAsync(parsed, app, api, screen, limit) is { } pipelineId
            ? await new PipelineFollower(api, screen).FollowAsync(pipelineId, limit, stopping)
            : null;
        if (!parsed.GetValue(_exit))
        {
            await NextSteps.WriteAsync(screen, api, url, key, isModelExpected: followed?.ExitCode == 0, stopping);
            await app.WaitForShutdownAsync(stopping);
            return 0;
        }

        if (followed is null)
            screen.Line("There was no pipeline to wait for (--exit): name one with --pipeline.");
        else if (parsed.GetValue(_json))
            Console.WriteLine(new JsonObject
            {
                ["pipeline"] = followed.Pipeline.DeepClone(),
                ["scoreboard"] = followed.Scoreboard?.DeepClone(),
            }.ToJsonString());

        return followed?.ExitCode ?? 0;
    }

    /// <summary>Waits for the gate and says what it waits for.</summary>
    private static async Task OpenedAsync(StartupGate gate, Screen screen, CancellationToken cancellation)
    {
        var said = new HashSet<string>(StringComparer.Ordinal);
        var opened = gate.OpenedAsync(cancellation);
        while (await Task.WhenAny(opened, Task.Delay(_look, cancellation)) != opened)
        {
            foreach (var (part, state) in gate.States.Where(s => s.Value.Reason is not null && said.Add($"{s.Key}: {s.Value.Reason}")))
                screen.Line($"  waiting for the {part}: {state.Reason}");
        }

        await opened;
        if (said.Count > 0)
            screen.Line("  all parts are there");
    }

    private static Dictionary<string, string?> Settings(ParseResult parsed)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (parsed.GetValue(_urls) is { } urls)
            settings["urls"] = urls;
        else if (Environment.GetEnvironmentVariable("ASPNETCORE_URLS") is null
            && Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS") is null)
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
    private static async Task<string?> PipelineToFollowAsync(
        ParseResult parsed, WebApplication app, ApiClient api, Screen screen, CancellationToken cancellation)
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

        DatasetCommand.WriteDemo(Path.Combine(DatasetsFolder(app, host), $"{DemoName}.csv"), DemoStation.Rows, DemoStation.Seed);
        screen.Line(
            $"Nothing is here yet: the demo dataset ({DemoStation.Rows.ToString("N0", CultureInfo.InvariantCulture)} rows, 28 days at two "
            + "minutes) is made and run.");
        return await StartAsync(parsed, api, DemoName, cancellation);
    }

    private static string DatasetsFolder(WebApplication app, HostSettings host) =>
        app.Configuration["Datasets:Folder"] ?? Path.Combine(host.DataDirectory, "datasets");

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

    [LoggerMessage(Level = LogLevel.Critical, Message = "The process ends by a fault of its own")]
    private static partial void LogFault(ILogger logger, Exception exception);
}
