using System.CommandLine;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Demo;

namespace FLTS.Host.Cli;

/// <summary><c>dataset</c>; <c>dataset generate</c>: the demo data.</summary>
internal static class DatasetCommand
{
    private static readonly Option<int> _rows =
        new("--rows") { Description = "Rows of two minutes (default 20160: 28 days).", DefaultValueFactory = _ => DemoStation.Rows };
    private static readonly Option<int> _seed =
        new("--seed") { Description = "The same seed makes the same file (default 1).", DefaultValueFactory = _ => DemoStation.Seed };
    private static readonly Option<string> _out =
        new("--out") { Description = "Folder for demo.csv (default .).", DefaultValueFactory = _ => "." };

    private static readonly Option<bool> _json = new("--json") { Description = "The result as JSON." };

    public static Command Create()
    {
        var generate = new Command("generate", "Writes demo.csv: a base station's traffic with daily and weekly cycles, bursts and gaps.")
        {
            _rows,
            _seed,
            _out,
            _json,
        };
        generate.SetAction(parsed =>
        {
            var path = Path.Combine(parsed.GetValue(_out)!, "demo.csv");
            WriteDemo(path, parsed.GetValue(_rows), parsed.GetValue(_seed));
            Console.WriteLine(
                parsed.GetValue(_json)
                    ? new JsonObject { ["path"] = path, ["rows"] = parsed.GetValue(_rows), ["seed"] = parsed.GetValue(_seed) }
                        .ToJsonString()
                    : path);
            return 0;
        });
        return new Command("dataset", "Datasets.") { generate, DatasetCheck.Create() };
    }

    /// <summary>All of the file or none of it.</summary>
    public static void WriteDemo(string path, int rows, int seed)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var temporary = path + ".writing~";
        using (var stream = File.Create(temporary))
            DemoStation.Write(stream, rows, seed);

        File.Move(temporary, path, overwrite: true);
    }
}
