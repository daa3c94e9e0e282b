using System.CommandLine;
using System.Text.Json.Nodes;
using FLTS.Benchmarks.Append;
using FLTS.Benchmarks.Live;
using FLTS.Benchmarks.Predict;

namespace FLTS.Benchmarks;

/// <summary><c>bench</c>: benchmarks with stated sizes, medians of several runs, one JSON line a result.</summary>
internal static class BenchCommand
{
    private static readonly Option<string?> _dataset =
        new("--dataset") { Description = "A CSV to measure on (default: generated data of a stated size)." };
    private static readonly Option<string?> _reference =
        new("--reference") { Description = "What the reference implementation reached on a column of --dataset (JSON), to compare with." };
    private static readonly Option<string?> _once = new("--once")
    {
        Description =
            "One run in this process: of preprocess on the source of this SHA-256, of train with this model type, of this reader.",
        Hidden = true,
    };
    private static readonly Option<string> _objects =
        new("--objects") { Description = "Folder of objects for --once.", DefaultValueFactory = _ => ".", Hidden = true };
    private static readonly Option<string?> _timezone = new("--timezone") { Description = "Zone of the times for --once.", Hidden = true };
    private static readonly Option<bool> _json =
        new("--json") { Description = "Results only, without what is being measured.", Recursive = true };

    public static RootCommand Create() => new("Measures; one JSON line a result.")
    {
        _json,
        Create(
            "prophet",
            "Fit and forecast of PROPHET: time, growth with rows, memory, objective.",
            [_dataset, _reference],
            (parsed, progress) => ProphetBenchmark.Run(Dataset(parsed), parsed.GetValue(_reference), progress)),
        Create(
            "train",
            "Training of LSTM and GRU beside PyTorch, and of all three trainers side by side.",
            [_dataset, _once],
            (parsed, progress) => parsed.GetValue(_once) is { } type
                ? TrainBenchmark.Once(Dataset(parsed), type)
                : TrainBenchmark.Run(Dataset(parsed), progress)),
        Create(
            "preprocess",
            "From CSV to parquet beside pandas and scikit-learn.",
            [_dataset, _once, _objects, _timezone],
            (parsed, progress) => parsed.GetValue(_once) is { } sha256
                ? PreprocessBenchmark.Once(parsed.GetValue(_objects)!, sha256, parsed.GetValue(_timezone))
                : PreprocessBenchmark.Run(Dataset(parsed), progress)),
        PredictCommand.Create(),
        Create(
            "reader",
            "A CSV into columns by FLTS's reader and by Sylvan.Data.Csv.",
            [_dataset, _once, _timezone],
            (parsed, progress) => parsed.GetValue(_once) is { } reader
                ? ReaderBenchmark.Once(reader, Dataset(parsed)!, parsed.GetValue(_timezone))
                : ReaderBenchmark.Run(progress)),
        AppendCommand.Create(),
        LiveCommand.Create(),
        IntervalsCommand.Create(),
        AccuracyCommand.Create(),
    };

    /// <summary>A benchmark: its options, and what it yields.</summary>
    public static Command Create(
        string name, string description, IReadOnlyList<Option> options, Func<ParseResult, TextWriter, IEnumerable<JsonObject>> run)
    {
        var command = new Command(name, description);
        foreach (var option in options)
            command.Add(option);
        command.SetAction(parsed =>
        {
            foreach (var result in run(parsed, parsed.GetValue(_json) ? TextWriter.Null : Console.Error))
                Console.WriteLine(result.ToJsonString());

            return 0;
        });
        return command;
    }

    private static string? Dataset(ParseResult parsed) =>
        parsed.GetValue(_dataset) is not { } dataset || File.Exists(dataset)
            ? parsed.GetValue(_dataset)
            : throw new InvalidInputException($"--dataset {dataset}: there is no such file.");
}
