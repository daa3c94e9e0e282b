using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Spectre.Console;

namespace FLTS.Host.Cli;

/// <summary><c>loadtest</c>: users that ask a server for forecasts; the exit code says whether the limits held.</summary>
internal static partial class LoadTestCommand
{
    private const int LimitsDidNotHold = 1;

    private static readonly int[] _steps = [1, 10];

    private static readonly Option<string> _url =
        new("--url") { Description = "The server (default http://127.0.0.1:8080).", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
    private static readonly Option<string?> _key = new("--key") { Description = "API key; not needed on loopback." };
    private static readonly Option<int> _users =
        new("--users") { Description = "Users that ask one after the other (default 10).", DefaultValueFactory = _ => 10 };
    private static readonly Option<double> _spawnRate =
        new("--spawn-rate") { Description = "Users that come a second (default 2).", DefaultValueFactory = _ => 2 };
    private static readonly Option<string> _duration =
        new("--duration") { Description = "How long, as 90s, 2m, 1h (default 2m).", DefaultValueFactory = _ => "2m" };
    private static readonly Option<string?> _dataset =
        new("--dataset") { Description = "The identifier asked for (default: every one that has a champion, in turn)." };
    private static readonly Option<double> _maxFailures =
        new("--max-failures") { Description = "Percent of the requests that may fail (default 0).", DefaultValueFactory = _ => 0 };
    private static readonly Option<double?> _maxP99 =
        new("--max-p99") { Description = "Milliseconds within which 99 % must be answered." };
    private static readonly Option<string?> _json = new("--json") { Description = "A file for the result." };

    public static Command Create()
    {
        var command = new Command("loadtest", "Load on /predict with a live table; exit code 0: the limits held, 1: they did not.")
        {
            _url, _key, _users, _spawnRate, _duration, _dataset, _maxFailures, _maxP99, _json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>A number with s, m or h; without a letter, seconds.</summary>
    /// <exception cref="InvalidInputException">Not of that form, or none.</exception>
    public static TimeSpan Duration(string text)
    {
        var match = DurationForm().Match(text);
        var seconds = match.Success
            ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
                * match.Groups[2].Value switch { "h" => 3600, "m" => 60, _ => 1 }
            : 0;
        return seconds is > 0 and <= 86_400
            ? TimeSpan.FromSeconds(seconds)
            : throw new InvalidInputException($"--duration is '{text}'; it must be such as 90s, 2m or 1h, and at most 24h.");
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (users, spawnRate) = (parsed.GetValue(_users), parsed.GetValue(_spawnRate));
        var duration = Duration(parsed.GetValue(_duration)!);
        if (users is < 1 or > 10_000)
            throw new InvalidInputException($"--users is {users}; it must be from 1 to 10000.");
        if (spawnRate is not (> 0 and <= 10_000))
            throw new InvalidInputException($"--spawn-rate is {spawnRate}; it must be more than 0 and at most 10000.");
        if (!Uri.TryCreate(parsed.GetValue(_url), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new InvalidInputException($"--url is '{parsed.GetValue(_url)}'; it must be such as http://127.0.0.1:8080.");

        var clock = TimeProvider.System;
        var load = new LoadUsers(url, parsed.GetValue(_key), await BodiesAsync(url, parsed, cancellation), clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(duration);
        var began = clock.GetTimestamp();
        var running = load.RunAsync(users, spawnRate, end.Token);
        await ShowAsync(new Screen(isOutputForPrograms: false), load, running, () => clock.GetElapsedTime(began));
        await running;
        return Judge(parsed, load.Sum(), clock.GetElapsedTime(began));
    }

    /// <summary>One step and ten, of each identifier.</summary>
    private static async Task<List<string>> BodiesAsync(Uri url, ParseResult parsed, CancellationToken cancellation)
    {
        List<string> identifiers = parsed.GetValue(_dataset) is { } named ? [named] : [];
        using var api = new ApiClient(url.ToString(), parsed.GetValue(_key) ?? "");
        try
        {
            if (identifiers.Count == 0)
            {
                var champions = (await api.GetAsync("/champions", cancellation))["items"]!.AsArray();
                identifiers.AddRange(champions.Select(c => c!["identifier"]!.GetValue<string>()));
            }
        }
        catch (HttpRequestException e)
        {
            throw new InvalidInputException($"{url} does not answer: {CommandLine.OneLine(e)}", e);
        }

        if (identifiers.Count == 0)
            throw new InvalidInputException($"{url} has no champion yet: let a pipeline end first (./flts run).");
        return
        [
            .. from identifier in identifiers
               from steps in _steps
               select new JsonObject { ["identifier"] = identifier, ["inference_length"] = steps }.ToJsonString(),
        ];
    }

    private static async Task ShowAsync(Screen screen, LoadUsers load, Task running, Func<TimeSpan> elapsed)
    {
        var interval = TimeSpan.FromSeconds(screen.IsLive ? 0.5 : 5);
        if (screen.IsLive)
        {
            await screen.Rich.Live(new Table()).StartAsync(async live =>
            {
                while (await Task.WhenAny(running, Task.Delay(interval)) != running)
                    live.UpdateTarget(Table(load, elapsed()));
                live.UpdateTarget(Table(load, elapsed()));
            });
        }
        else
        {
            while (await Task.WhenAny(running, Task.Delay(interval)) != running)
                screen.Line(Line(load.Sum(), load.Present, elapsed()));
        }
    }

    private static Table Table(LoadUsers load, TimeSpan elapsed)
    {
        var sum = load.Sum();
        var table = new Table().AddColumns("seconds", "users", "requests", "a second", "refused (429)", "failed", "p50 ms", "p99 ms");
        foreach (var column in table.Columns)
            column.RightAligned();
        return table.AddRow(
            Shown(elapsed.TotalSeconds, "F0"), Shown(load.Present), Shown(sum.Total), Shown(sum.Total / elapsed.TotalSeconds, "F0"),
            Shown(sum.Refused), Shown(sum.Failed), Shown(sum.Quantile(0.5), "F2"), Shown(sum.Quantile(0.99), "F2"));
    }

    private static string Line(LoadCount sum, int users, TimeSpan elapsed) => string.Create(
        CultureInfo.InvariantCulture,
        $"{elapsed.TotalSeconds,6:F0} s  {users} users  {sum.Total} requests  {sum.Total / elapsed.TotalSeconds:F0}/s  "
        + $"{sum.Refused} refused  {sum.Failed} failed  p50 {sum.Quantile(0.5):F2} ms  p99 {sum.Quantile(0.99):F2} ms");

    private static string Shown(double value, string format = "N0") => value.ToString(format, CultureInfo.InvariantCulture);

    private static int Judge(ParseResult parsed, LoadCount sum, TimeSpan elapsed)
    {
        var failures = sum.Total == 0 ? 100 : 100.0 * sum.Failed / sum.Total;
        var broken = new List<string>();
        if (sum.Total == 0)
            broken.Add("no request was made");
        if (failures > parsed.GetValue(_maxFailures))
            broken.Add(string.Create(CultureInfo.InvariantCulture, $"{failures:F2} % failed, the newest: {sum.Reason}"));
        if (parsed.GetValue(_maxP99) is { } longest && sum.Quantile(0.99) > longest)
            broken.Add(string.Create(CultureInfo.InvariantCulture, $"p99 is {sum.Quantile(0.99):F1} ms, more than {longest} ms"));

        Console.WriteLine(Line(sum, parsed.GetValue(_users), elapsed));
        Console.WriteLine(broken.Count == 0 ? "The limits held." : $"The limits did not hold: {string.Join("; ", broken)}.");
        if (parsed.GetValue(_json) is { } file)
            File.WriteAllText(file, Result(sum, elapsed, broken).ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        return broken.Count == 0 ? 0 : LimitsDidNotHold;
    }

    private static JsonObject Result(LoadCount sum, TimeSpan elapsed, List<string> broken) => new()
    {
        ["seconds"] = elapsed.TotalSeconds,
        ["requests"] = sum.Total,
        ["succeeded"] = sum.Succeeded,
        ["refused"] = sum.Refused,
        ["failed"] = sum.Failed,
        ["requests_per_second"] = sum.Total / elapsed.TotalSeconds,
        ["p50_ms"] = sum.Quantile(0.5),
        ["p99_ms"] = sum.Quantile(0.99),
        ["p999_ms"] = sum.Quantile(0.999),
        ["limits_held"] = broken.Count == 0,
        ["reasons"] = new JsonArray([.. broken.Select(b => (JsonNode)b)]),
    };

    [GeneratedRegex(@"^([0-9]+(?:\.[0-9]+)?)(s|m|h)?$")]
    private static partial Regex DurationForm();
}
