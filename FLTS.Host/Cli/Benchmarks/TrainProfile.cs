using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace FLTS.Host.Cli.Benchmarks;

/// <summary>
/// Where a training's processor time goes, by sampling: Linux's <c>perf</c> looks several hundred times a second which library the training thread is in.
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
                return OperatingSystem.IsLinux() && Start("perf", ["record", "-q", "-e", "cpu-clock", "-o", "/dev/null", "true"]).ExitCode == 0;
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
        var file = Path.GetTempFileName();
        try
        {
            // A host that is started as "dotnet FLTS.Host.dll" is started so again.
            var self = Environment.ProcessPath!;
            string[] assembly = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [typeof(TrainProfile).Assembly.Location] : [];
            Require(Start("perf", ["record", "-q", "-e", "cpu-clock", "-F", Frequency.ToString(CultureInfo.InvariantCulture), "-o", file, "--", self, .. assembly, .. arguments]));
            return Shares(Require(Start("perf", ["report", "-i", file, "--stdio", "--sort", "comm,dso", "--show-nr-samples", "--field-separator", "\t"])));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>From a report with the lines <c>percent TAB samples TAB thread TAB library</c>.</summary>
    public static JsonObject Shares(string report)
    {
        var samples = report.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t'))
            .Where(cells => cells.Length == 4 && cells[2].Trim() == Thread)
            .GroupBy(cells => PartOf(cells[3].Trim()), cells => long.Parse(cells[1], CultureInfo.InvariantCulture)).ToDictionary(part => part.Key, part => part.Sum());
        var total = (double)samples.Values.Sum();
        return new JsonObject
        {
            ["samples"] = samples.Values.Sum(),
            ["share_in_libtorch"] = Share("libtorch"),
            ["share_in_system"] = Share("system"),
            ["share_outside_libtorch"] = Share("outside"),
        };

        double? Share(string part) => total == 0 ? null : Math.Round(samples.GetValueOrDefault(part) / total, 4);
    }

    /// <summary>
    /// libtorch is what PyTorch would run too, with the kernels that its oneDNN generates (perf calls them JIT; .NET's own code lies in a memory file instead).
    /// The C library and the kernel serve both: mostly allocations of libtorch's intermediate results. All else is ours: managed code, the runtime, TorchSharp.
    /// </summary>
    private static string PartOf(string library) => library switch
    {
        _ when library.StartsWith("libtorch", StringComparison.Ordinal) || library.StartsWith("libc10", StringComparison.Ordinal) || library.StartsWith("libgomp-", StringComparison.Ordinal)
            || library.StartsWith("[JIT]", StringComparison.Ordinal) || library == "//anon" || library.StartsWith("libstdc++", StringComparison.Ordinal) => "libtorch",
        _ when library.StartsWith("[kernel", StringComparison.Ordinal) || library.StartsWith("[vdso", StringComparison.Ordinal) || library.StartsWith("[guest", StringComparison.Ordinal)
            || library.StartsWith("libc.", StringComparison.Ordinal) || library.StartsWith("libm.", StringComparison.Ordinal) || library.StartsWith("ld-linux", StringComparison.Ordinal) => "system",
        _ => "outside",
    };

    private static string Require((int ExitCode, string Output) ended) => ended.ExitCode == 0 ? ended.Output : throw new InvalidOperationException($"perf ended with code {ended.ExitCode}.");

    private static (int ExitCode, string Output) Start(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
