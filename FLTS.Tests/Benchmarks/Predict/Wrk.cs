using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FLTS.Benchmarks.Predict;

/// <summary>wrk, which takes less of the processors than whatever asks from .NET; Debian's package of that name.</summary>
internal static class Wrk
{
    private const string Program = "wrk";

    /// <summary>Whether it is on the path.</summary>
    public static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, Program)));

    /// <summary>Posts the same body again and again over open connections, from one thread (closed loop).</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static LoadSummary Run(Uri url, byte[] body, int connections, TimeSpan duration)
    {
        var folder = Directory.CreateTempSubdirectory("flts-wrk-");
        try
        {
            var (script, file) = (Path.Combine(folder.FullName, "wrk.lua"), Path.Combine(folder.FullName, "body"));
            using (var lua = typeof(Wrk).Assembly.GetManifestResourceStream("wrk.lua")!)
            using (var to = File.Create(script))
                lua.CopyTo(to);
            File.WriteAllBytes(file, body);
            return Read(Start(
                ["-t1", $"-c{connections}", $"-d{Math.Max(1, (int)Math.Round(duration.TotalSeconds))}s", "-s", script, url.ToString()],
                file));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Start(string[] arguments, string body)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true };
        start.Environment["FLTS_BODY"] = body;
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? said.Split('\n').Last(line => line.StartsWith('{'))
            : throw new InvalidOperationException($"wrk {string.Join(' ', arguments)} ended with code {process.ExitCode}: {said}");
    }

    private static LoadSummary Read(string line)
    {
        var told = JsonNode.Parse(line)!;
        return new LoadSummary(
            Number("seconds"), (int)Number("answers"), (int)Number("failed"), Number("p50"), Number("p99"), Number("p999"), Number("cpu"));

        double Number(string name) => told[name]!.GetValue<JsonElement>().GetDouble();
    }
}
