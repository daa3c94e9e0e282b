using System.CommandLine;
using System.Text.Json.Nodes;

namespace FLTS.Benchmarks.Predict;

/// <summary><c>bench predict</c>: how many forecasts a second, how fast each, and what they take.</summary>
internal static class PredictCommand
{
    private static readonly Option<string> _host =
        new("--host") { Description = "The product's program file.", DefaultValueFactory = _ => "FLTS.Host.dll", Hidden = true };
    private static readonly Option<string?> _champion =
        new("--champion") { Description = $"Only one of {string.Join(", ", PredictBenchmark.Names)}." };
    private static readonly Option<int[]> _steps = new("--steps")
    {
        Description = "Lengths of the forecasts (default 1 10).",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [1, 10],
    };
    private static readonly Option<int[]> _connections = new("--connections")
    {
        Description = "How many ask at once (default 1 8 32 64).",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [1, 8, 32, 64],
    };
    private static readonly Option<double> _seconds =
        new("--seconds") { Description = "How long each is asked.", DefaultValueFactory = _ => 5 };
    private static readonly Option<string> _load = new("--load")
    {
        Description = "Who asks: wrk (default where it is installed), or own.",
        DefaultValueFactory = _ => Wrk.IsInstalled ? "wrk" : "own",
    };
    private static readonly Option<bool> _noFloors =
        new("--no-floors") { Description = "Without what HTTP, JSON and arithmetic take alone." };
    private static readonly Option<string?> _floor =
        new("--floor") { Description = "Bare HTTP at this URL, until it is ended.", Hidden = true };

    public static Command Create()
    {
        _load.AcceptOnlyFromAmong("wrk", "own");
        return BenchCommand.Create(
            "predict",
            "Forecasts over loopback, a champion of each kind, beside what HTTP, JSON and arithmetic take alone.",
            [_host, _champion, _steps, _connections, _seconds, _load, _noFloors, _floor],
            Run);
    }

    private static IEnumerable<JsonObject> Run(ParseResult parsed, TextWriter progress)
    {
        if (parsed.GetValue(_floor) is not { } url)
            return PredictBenchmark.Run(
                new PredictBenchmark.Plan(
                    parsed.GetValue(_host)!,
                    Champion(parsed.GetValue(_champion)),
                    AtLeastOne("--steps", parsed.GetValue(_steps)!),
                    AtLeastOne("--connections", parsed.GetValue(_connections)!),
                    TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
                    parsed.GetValue(_load) == "wrk",
                    !parsed.GetValue(_noFloors)),
                progress);

        PredictFloors.Serve(url);
        return [];
    }

    private static string? Champion(string? name) => name is null || PredictBenchmark.Names.Contains(name)
        ? name
        : throw new InvalidInputException($"--champion {name}: it must be one of {string.Join(", ", PredictBenchmark.Names)}.");

    private static int[] AtLeastOne(string option, int[] numbers) => Array.TrueForAll(numbers, n => n > 0)
        ? numbers
        : throw new InvalidInputException($"{option} {string.Join(' ', numbers)}: each must be at least 1.");
}
