using System.Diagnostics;
using System.Text.Json.Nodes;

namespace FLTS.Benchmarks;

/// <summary>
/// The same training in PyTorch, as a process of its own (<c>train_pytorch.py</c>), where Debian's python3-torch is installed.
/// </summary>
internal static class TrainReference
{
    private const string Python = "/usr/bin/python3";

    /// <summary>
    /// What to install for the comparison; without OpenBLAS's threaded build PyTorch multiplies without one and is ten times slower.
    /// </summary>
    public const string Packages = "apt-get install python3-torch libopenblas0-pthread";

    /// <summary>Whether it can be run here.</summary>
    public static bool IsThere => File.Exists(Python) && Start(["-c", "import torch"]).ExitCode == 0;

    /// <summary>Seconds of each epoch but the first, which warms up.</summary>
    /// <param name="modelType"><c>LSTM</c> or <c>GRU</c>.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="targets">Outputs.</param>
    /// <param name="learned">Windows learned from.</param>
    /// <param name="validated">Windows validated on.</param>
    /// <param name="epochs">With the first.</param>
    public static (string Version, IReadOnlyList<(double Wall, double Cpu)> Epochs) Run(
        string modelType, int columns, int targets, int learned, int validated, int epochs)
    {
        using var resource = typeof(TrainReference).Assembly.GetManifestResourceStream("train_pytorch.py")!;
        using var reader = new StreamReader(resource);
        int[] sizes = [columns, targets, learned, validated, epochs];
        var (code, output) = Start(["-c", reader.ReadToEnd(), modelType, .. sizes.Select(s => FormattableString.Invariant($"{s}"))]);
        if (code != 0)
            throw new InvalidOperationException($"{Python} ended with code {code} while it trained {modelType}.");
        var told = JsonNode.Parse(output)!;
        return ((string)told["version"]!, [.. Seconds("wall").Zip(Seconds("cpu")).Skip(1)]);

        IEnumerable<double> Seconds(string what) => told[what]!.AsArray().Select(s => (double)s!);
    }

    private static (int ExitCode, string Output) Start(IEnumerable<string> arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
