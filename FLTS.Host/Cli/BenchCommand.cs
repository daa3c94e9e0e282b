using System.CommandLine;
using FLTS.Host.Cli.Benchmarks;
using FLTS.Modules.Contracts;

namespace FLTS.Host.Cli;

/// <summary><c>bench</c>: benchmarks with stated sizes, medians of several runs, one JSON line a result.</summary>
internal static class BenchCommand
{
    private static readonly Argument<string> _what = new("what") { Description = "prophet, train or preprocess" };
    private static readonly Option<string?> _dataset = new("--dataset") { Description = "A CSV to measure on (default: generated data of a stated size)." };
    private static readonly Option<string?> _once = new("--once") { Description = "One run of preprocess on the source of this SHA-256, in this process.", Hidden = true };
    private static readonly Option<string> _objects = new("--objects") { Description = "Folder of objects for --once.", DefaultValueFactory = _ => ".", Hidden = true };
    private static readonly Option<string?> _reference = new("--reference") { Description = "prophet: what the reference implementation reached on a column of --dataset (JSON), to compare with." };
    private static readonly Option<bool> _json = new("--json") { Description = "Results only, without what is being measured." };

    public static Command Create()
    {
        _what.AcceptOnlyFromAmong("prophet", "train", "preprocess");
        var command = new Command("bench", "Measures; one JSON line a result.") { _what, _dataset, _reference, _json, _once, _objects };
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(_once) is { } sha256)
            {
                Console.WriteLine((await PreprocessBenchmark.OnceAsync(parsed.GetValue(_objects)!, sha256)).ToJsonString());
                return 0;
            }

            var dataset = parsed.GetValue(_dataset);
            if (dataset is not null && !File.Exists(dataset))
                throw new InvalidInputException($"--dataset {dataset}: there is no such file.");

            var progress = parsed.GetValue(_json) ? TextWriter.Null : Console.Error;
            var results = parsed.GetValue(_what) switch
            {
                "train" => TrainBenchmark.Run(dataset, progress),
                "preprocess" => PreprocessBenchmark.Run(dataset, progress),
                _ => ProphetBenchmark.Run(dataset, parsed.GetValue(_reference), progress),
            };
            foreach (var result in results)
                Console.WriteLine(result.ToJsonString());

            return 0;
        });
        return command;
    }
}
