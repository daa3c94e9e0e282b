using System.CommandLine;
using FLTS.Host.Cli.Benchmarks;
using FLTS.Modules.Contracts;

namespace FLTS.Host.Cli;

/// <summary><c>bench</c>: benchmarks with stated sizes, medians of several runs, one JSON line a result.</summary>
internal static class BenchCommand
{
    private static readonly Argument<string> _what = new("what") { Description = "prophet or train" };
    private static readonly Option<string?> _dataset = new("--dataset") { Description = "A CSV to measure on (default: generated data of a stated size)." };
    private static readonly Option<string?> _reference = new("--reference") { Description = "prophet: what the reference implementation reached on a column of --dataset (JSON), to compare with." };
    private static readonly Option<bool> _json = new("--json") { Description = "Results only, without what is being measured." };

    public static Command Create()
    {
        _what.AcceptOnlyFromAmong("prophet", "train");
        var command = new Command("bench", "Measures; one JSON line a result.") { _what, _dataset, _reference, _json };
        command.SetAction(parsed =>
        {
            var dataset = parsed.GetValue(_dataset);
            if (dataset is not null && !File.Exists(dataset))
                throw new InvalidInputException($"--dataset {dataset}: there is no such file.");

            var progress = parsed.GetValue(_json) ? TextWriter.Null : Console.Error;
            foreach (var result in parsed.GetValue(_what) == "train" ? TrainBenchmark.Run(dataset, progress) : ProphetBenchmark.Run(dataset, parsed.GetValue(_reference), progress))
                Console.WriteLine(result.ToJsonString());

            return 0;
        });
        return command;
    }
}
