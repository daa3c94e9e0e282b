using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Broken;
using FLTS.Forecasting.Preparation;

namespace FLTS.Host.Cli;

/// <summary>
/// <c>replay</c>: a served station gets the rows of a file as measurements would come; what became of its forecasts is shown.
/// </summary>
internal static class ReplayCommand
{
    private static readonly Option<string> _dataset = new("--dataset")
    {
        Description = "The file, a CSV; NAME_test.csv beside NAME.csv belongs to it. Its name is the dataset's and the station's.",
        Required = true,
    };
    private static readonly Option<string?> _from = new("--from")
    {
        Description = "Rows before this time are the dataset that is learned from; the others come one after the other (default: the last "
            + "fifth).",
    };
    private static readonly Option<string?> _to = new("--to") { Description = "The last time that comes (default: the file's)." };
    private static readonly Option<string> _speed = new("--speed")
    {
        Description = "Times as fast as the rows came, or max: as fast as they are scored (default).",
        DefaultValueFactory = _ => "max",
    };
    private static readonly Option<string> _atOnce = new("--at-once")
    {
        Description = "At speed max: how long a span of rows is sent at once (default 1h).",
        DefaultValueFactory = _ => "1h",
    };
    private static readonly Option<string[]> _fault = new("--fault")
    {
        Description = $"What goes wrong, KIND:SIZE@TIME; may be repeated. {ReplayFault.Forms}.",
        DefaultValueFactory = _ => [],
    };
    private static readonly Option<string?> _pipeline = new("--pipeline")
    {
        Description = "What else POST /pipelines takes, as JSON, such as {\"model_types\": [\"AR\", \"GRU\"]}.",
    };
    private static readonly Option<string[]> _promote = new("--promote")
    {
        Description = "A type of the pipeline's models that is promoted by hand; repeated: in this order, so that there is a version "
            + "before.",
        DefaultValueFactory = _ => [],
    };
    private static readonly Option<string?> _shadow =
        new("--shadow") { Description = "A type of the pipeline's models that is scored beside the champion." };
    private static readonly Option<int> _lead =
        new("--lead") { Description = "Steps ahead, of what is shown (default 1).", DefaultValueFactory = _ => 1 };
    private static readonly Option<string?> _url = new("--url")
    {
        Description = "A server that runs (default: one is started for the replay, whose clock is that of the rows).",
    };
    private static readonly Option<string?> _key = new("--key") { Description = "With --url: API key; not needed on loopback." };
    private static readonly Option<string?> _data = new("--data")
    {
        Description = "Where the server that is started keeps its data (default: nowhere, it is removed). One with a champion of this "
            + "name is driven on.",
    };
    private static readonly Option<string[]> _set = new("--set")
    {
        Description = "A setting of that server, Section:Key=Value, such as Monitoring:Rollback=act; may be repeated.",
        DefaultValueFactory = _ => [],
    };
    private static readonly Option<bool> _json = new("--json")
    {
        Description = "The hours and events as one JSON object on standard output; lines for people go to standard error.",
    };

    public static Command Create()
    {
        var command = new Command("replay", "Feeds a station the rows of a file as measurements would come, and shows its live errors.")
        {
            _dataset, _from, _to, _speed, _atOnce, _fault, _pipeline, _promote, _shadow, _lead, _url, _key, _data, _set, _json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>Times as fast; null: as fast as can be.</summary>
    /// <exception cref="InvalidInputException">Neither a number above 0 nor max.</exception>
    public static double? Speed(string text) => text == "max" ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var speed) && speed is > 0 and <= 1e9 ? speed
        : throw new InvalidInputException($"--speed is '{text}'; it must be max, or a number above 0: 60 makes a minute of an hour.");

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        List<ReplayFault> faults = [.. parsed.GetValue(_fault)!.Select(ReplayFault.Parse)];
        var rows = ReplayRows.Read(
            parsed.GetValue(_dataset)!,
            faults,
            (Time(parsed.GetValue(_from), "--from"), Time(parsed.GetValue(_to), "--to")));
        var speed = Speed(parsed.GetValue(_speed)!);
        var atOnce = SpanText.Parse(parsed.GetValue(_atOnce)!)
            ?? throw new InvalidInputException($"--at-once is '{parsed.GetValue(_atOnce)}'; it must be a span such as {SpanText.Forms}.");
        var pipeline = Body(parsed.GetValue(_pipeline));
        if (parsed.GetValue(_url) is not { } url)
        {
            await using var own = await OwnServer.StartAsync(
                parsed.GetValue(_data), parsed.GetValue(_set)!, rows.Time(rows.First - 1) + rows.Step, cancellation);
            return await DriveAsync(parsed, own.Api, own);
        }

        if (faults.Find(f => f.OfModel is not null) is { } broken)
            throw new InvalidInputException(
                $"--fault {broken.Kind} breaks the champion, which only a server can do that is started for the replay: leave --url out.");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new InvalidInputException($"--url is '{url}'; it must be such as http://127.0.0.1:8080.");
        try
        {
            using var api = new ApiClient(url, parsed.GetValue(_key) ?? "");
            return await DriveAsync(parsed, api, null);
        }
        catch (HttpRequestException e)
        {
            throw new InvalidInputException($"{url} does not answer: {CommandLine.OneLine(e)}", e);
        }

        async Task<int> DriveAsync(ParseResult parsed, ApiClient api, OwnServer? own)
        {
            var screen = new Screen(parsed.GetValue(_json));
            var name = Path.GetFileNameWithoutExtension(parsed.GetValue(_dataset)!);
            var station = new ReplayStation(api, name, rows, screen);
            var champion = await station.ReadyAsync(pipeline, parsed.GetValue(_promote)!, parsed.GetValue(_shadow), cancellation);
            own?.Faults.Break(champion, [.. faults.Select(f => f.OfModel).OfType<ModelFault>()]);
            foreach (var fault in faults)
                screen.Line($"From {ReplayRows.Show(fault.From)} on: {fault.Kind} {fault.Size.ToString(CultureInfo.InvariantCulture)}.");
            await station.SendAsync(speed, atOnce, own?.Clock, cancellation);
            var (live, drift) = (await station.LiveAsync(parsed.GetValue(_lead), cancellation), await station.DriftAsync(cancellation));
            if (parsed.GetValue(_json))
                Console.WriteLine(new JsonObject { ["live"] = live, ["drift"] = drift }.ToJsonString());
            else
                LiveTable.Write(screen, live, drift);
            return 0;
        }
    }

    private static DateTime? Time(string? text, string option) => text is null ? null : ReplayFault.Time(text, option);

    private static JsonObject Body(string? text)
    {
        try
        {
            return text is null ? [] : JsonNode.Parse(text)?.AsObject() ?? [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidInputException($"--pipeline {text}: it must be a JSON object such as {{\"model_types\": [\"GRU\"]}}.", e);
        }
    }
}
