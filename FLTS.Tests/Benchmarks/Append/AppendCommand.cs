using System.CommandLine;

namespace FLTS.Benchmarks.Append;

/// <summary><c>bench append</c>: how many measurements a second are taken, one a request, and how fast each.</summary>
internal static class AppendCommand
{
    private static readonly Option<string> _host =
        new("--host") { Description = "The product's program file.", DefaultValueFactory = _ => "FLTS.Host.dll", Hidden = true };
    private static readonly Option<string?> _postgres = new("--postgres")
    {
        Description = "Npgsql connection string of an empty database (default: SQLite, as embedded).",
    };
    private static readonly Option<int> _stations =
        new("--stations") { Description = "Datasets that rows are sent to in turn.", DefaultValueFactory = _ => 50 };
    private static readonly Option<int> _rows =
        new("--rows") { Description = "Rows that each has before.", DefaultValueFactory = _ => 20_000 };
    private static readonly Option<int> _connections =
        new("--connections") { Description = "How many send at once.", DefaultValueFactory = _ => 32 };
    private static readonly Option<double> _seconds =
        new("--seconds") { Description = "How long.", DefaultValueFactory = _ => 10 };
    private static readonly Option<double> _rate =
        new("--rate") { Description = "Rows a second (default: as many as are taken).", DefaultValueFactory = _ => 0 };

    public static Command Create() => BenchCommand.Create(
        "append",
        "Measurements over loopback, a single row a request, into many datasets in turn.",
        [_host, _postgres, _stations, _rows, _connections, _seconds, _rate],
        (parsed, progress) => AppendBenchmark.Run(
            new AppendBenchmark.Plan(
                parsed.GetValue(_host)!,
                parsed.GetValue(_postgres),
                AtLeastOne("--stations", parsed.GetValue(_stations)),
                AtLeastOne("--rows", parsed.GetValue(_rows)),
                AtLeastOne("--connections", parsed.GetValue(_connections)),
                TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
                parsed.GetValue(_rate)),
            progress));

    private static int AtLeastOne(string option, int number) =>
        number > 0 ? number : throw new InvalidInputException($"{option} {number}: it must be at least 1.");
}
