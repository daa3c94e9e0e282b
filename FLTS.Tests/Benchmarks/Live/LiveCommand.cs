using System.CommandLine;

namespace FLTS.Benchmarks.Live;

/// <summary><c>bench live</c>: how long until the forecasts of many stations are scored that get a row each at once.</summary>
internal static class LiveCommand
{
    private static readonly Option<string> _host =
        new("--host") { Description = "The product's program file.", DefaultValueFactory = _ => "FLTS.Host.dll", Hidden = true };
    private static readonly Option<string?> _postgres = new("--postgres")
    {
        Description = "Npgsql connection string of an empty database (default: SQLite, as embedded).",
    };
    private static readonly Option<int> _stations =
        new("--stations") { Description = "Each with a dataset and a champion of its own.", DefaultValueFactory = _ => 200 };
    private static readonly Option<int> _rows =
        new("--rows") { Description = "Rows of two minutes that each has before.", DefaultValueFactory = _ => 12_000 };
    private static readonly Option<int> _rounds =
        new("--rounds") { Description = "Rows that each gets, one after the other.", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> _connections =
        new("--connections") { Description = "How many send at once.", DefaultValueFactory = _ => 32 };
    private static readonly Option<double> _rate =
        new("--rate") { Description = "Forecasts asked for a second meanwhile.", DefaultValueFactory = _ => 20 };

    public static Command Create() => BenchCommand.Create(
        "live",
        "A row for each of many stations at once, until the live errors of all are written, while forecasts are asked for.",
        [_host, _postgres, _stations, _rows, _rounds, _connections, _rate],
        (parsed, progress) => LiveBenchmark.Run(
            new LiveBenchmark.Plan(
                parsed.GetValue(_host)!,
                parsed.GetValue(_postgres),
                AtLeast(1, "--stations", parsed.GetValue(_stations)),
                AtLeast(1000, "--rows", parsed.GetValue(_rows)),
                AtLeast(1, "--rounds", parsed.GetValue(_rounds)),
                AtLeast(1, "--connections", parsed.GetValue(_connections)),
                parsed.GetValue(_rate) is > 0 and var rate
                    ? rate
                    : throw new InvalidInputException($"--rate {parsed.GetValue(_rate)}: it must be above 0.")),
            progress));

    private static int AtLeast(int least, string option, int number) =>
        number >= least ? number : throw new InvalidInputException($"{option} {number}: it must be at least {least}.");
}
