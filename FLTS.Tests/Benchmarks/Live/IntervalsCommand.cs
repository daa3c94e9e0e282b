using System.CommandLine;
using System.Globalization;

namespace FLTS.Benchmarks.Live;

/// <summary><c>bench intervals</c>: fixed intervals beside those that adapt, on rows as they would have come.</summary>
internal static class IntervalsCommand
{
    private static readonly Option<string> _dataset =
        new("--dataset") { Description = "A CSV; NAME_test.csv beside NAME.csv belongs to it.", Required = true };
    private static readonly Option<string> _from =
        new("--from") { Description = "Models are trained on the rows before this time, and asked from there on.", Required = true };
    private static readonly Option<int> _days = new("--days") { Description = "So long (default 8).", DefaultValueFactory = _ => 8 };
    private static readonly Option<string[]> _models = new("--models")
    {
        Description = "Model types (default AR AR_SEASONAL GRU).",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["AR", "AR_SEASONAL", "GRU"],
    };

    public static Command Create() => BenchCommand.Create(
        "intervals",
        "Coverage and score of fixed intervals and of those that adapt, of 1 to 5 steps by half day and by lead, and of longer leads.",
        [_dataset, _from, _days, _models],
        (parsed, progress) => IntervalsBenchmark.Run(
            IntervalsBenchmark.Read(parsed.GetValue(_dataset)!, From(parsed.GetValue(_from)!), Days(parsed.GetValue(_days))),
            parsed.GetValue(_models)!,
            progress));

    private static DateTime From(string text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var from)
            ? from
            : throw new InvalidInputException($"--from {text}: it must be a time such as 2018-02-25T15:18.");

    private static int Days(int days) =>
        days is > 0 and <= 366 ? days : throw new InvalidInputException($"--days {days}: it must be 1 to 366.");
}
