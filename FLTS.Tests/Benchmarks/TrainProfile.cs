using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace FLTS.Benchmarks;

/// <summary>
/// Where a training's processor time goes, by sampling: Linux's <c>perf</c> looks several hundred times a second which
/// library the training thread is in.
/// </summary>
internal static class TrainProfile
{
    /// <summary>Name of the thread that is looked at; at most 15 characters, Linux keeps no more.</summary>
    public const string Thread = "flts-training";

    /// <summary>Samples a second; prime, so that nothing periodic is in step with it.</summary>
    private const int Frequency = 997;

    /// <summary>What to install.</summary>
    public const string Packages = "apt-get install linux-perf";

    /// <summary>Whether <c>perf</c> can sample processes here.</summary>
    public static bool IsThere
    {
        get
        {
            try
            {
                return OperatingSystem.IsLinux()
                    && Start("perf", ["record", "-q", "-e", "cpu-clock", "-o", "/dev/null", "true"]).ExitCode == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false; // There is no perf.
            }
        }
    }

    /// <summary>Shares of the training thread's time; they add up to 1.</summary>
    /// <param name="arguments">Of this program: makes it train on a thread of that name and end.</param>
    public static JsonObject Run(IEnumerable<string> arguments)
    {
        var (file, map) = (Path.GetTempFileName(), "");
        try
        {
            // What is started as "dotnet FLTS.Benchmarks.dll" is started so again.
            var self = Environment.ProcessPath!;
            string[] assembly = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [typeof(TrainProfile).Assembly.Location] : [];
            var told = Require(Start("perf", [
                "record", "-q", "-e", "cpu-clock", "-F", Frequency.ToString(CultureInfo.InvariantCulture), "-o", file, "--", self,
                .. assembly, .. arguments,
            ]));
            map = $"/tmp/perf-{JsonNode.Parse(told)!["process"]}.map"; // perf looks for the names of compiled methods nowhere else.
            return Shares(Require(Start(
                "perf", ["report", "-i", file, "--stdio", "--sort", "comm,dso,sym", "--show-nr-samples", "--field-separator", "\t"])));
        }
        finally
        {
            File.Delete(file);
            if (map.Length > 0)
                File.Delete(map);
        }
    }

    /// <summary>From a report with the lines <c>percent TAB samples TAB thread TAB library TAB symbol</c>.</summary>
    public static JsonObject Shares(string report)
    {
        var samples = report.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t'))
            .Where(cells => cells.Length >= 5 && cells[2].Trim() == Thread)
            .GroupBy(cells => PartOf(cells[3].Trim(), cells[4]), cells => long.Parse(cells[1], CultureInfo.InvariantCulture))
            .ToDictionary(part => part.Key, part => part.Sum());
        var total = (double)samples.Values.Sum();
        return new JsonObject
        {
            ["samples"] = samples.Values.Sum(),
            ["share_in_libtorch"] = Share("libtorch"),
            ["share_in_gru_cell"] = Share("gru_cell"),
            ["share_in_system"] = Share("system"),
            ["share_outside_libtorch"] = Share("outside"),
        };

        double? Share(string part) => total == 0 ? null : Math.Round(samples.GetValueOrDefault(part) / total, 4);
    }

    /// <summary>
    /// libtorch is what PyTorch would run too, with the kernels that its oneDNN generates (no method of .NET: perf knows no name for them).
    /// The C library and the kernel serve both: mostly allocations of libtorch's intermediate results. What GRU computes itself between two
    /// products stands alone; all else is overhead: other managed code, the runtime, TorchSharp.
    /// </summary>
    private static string PartOf(string library, string symbol)
    {
        return symbol.Contains(".Recurrent.Kernels.GruCell", StringComparison.Ordinal) ? "gru_cell"
            : Starts("libtorch", "libc10", "libgomp-", "libstdc++")
                || (Starts("[JIT]", "//anon") && !symbol.Contains("::", StringComparison.Ordinal)) ? "libtorch"
            : Starts("[kernel", "[vdso", "[guest", "libc.", "libm.", "ld-linux") ? "system"
            : "outside";

        bool Starts(params string[] names) => Array.Exists(names, n => library.StartsWith(n, StringComparison.Ordinal));
    }

    private static string Require((int ExitCode, string Output) ended) =>
        ended.ExitCode == 0 ? ended.Output : throw new InvalidOperationException($"perf ended with code {ended.ExitCode}.");

    private static (int ExitCode, string Output) Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_PerfMapEnabled"] = "3"; // .NET tells perf the names of its methods,
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // and keeps them where perf looks for them.
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
