using System.Diagnostics;
using System.Text.Json.Nodes;

namespace FLTS.Benchmarks;

/// <summary>A run in a process of its own, so that its peak memory is its own and nothing is compiled or cached before.</summary>
/// <param name="Told">The JSON line it ended with.</param>
/// <param name="Whole">Seconds from start to end, seen from outside.</param>
internal sealed record MeasuredProcess(JsonObject Told, double Whole)
{
    public long Rows => (long)Told["rows"]!;

    public double Seconds => (double)Told["seconds"]!;

    /// <summary>Of the whole process: start and imports too.</summary>
    public double CpuSeconds => (double)Told["cpu_seconds"]!;

    public long PeakBytes => (long)Told["peak_memory_bytes"]!;

    public long BytesWritten => (long)Told["bytes_written"]!;

    public string Format => (string)Told["format"]!;

    /// <summary>What is started as "dotnet FLTS.Benchmarks.dll" is started so again.</summary>
    public static MeasuredProcess StartSelf(IEnumerable<string> arguments)
    {
        var self = Environment.ProcessPath!;
        string[] assembly = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [typeof(MeasuredProcess).Assembly.Location] : [];
        return Start(self, [.. assembly, .. arguments]);
    }

    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static MeasuredProcess Start(string program, IReadOnlyList<string> arguments)
    {
        var clock = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var whole = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        return process.ExitCode == 0
            ? new MeasuredProcess(JsonNode.Parse(output)!.AsObject(), whole)
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with code {process.ExitCode}.");
    }
}
