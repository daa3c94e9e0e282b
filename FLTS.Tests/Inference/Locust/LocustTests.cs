using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Benchmarks.Predict;
using FLTS.Forecasting.Demo;
using NUnit.Framework;

namespace FLTS.Tests.Inference.Locust;

/// <summary>Locust, by which the replaced system was measured, with the bodies that its clients send.</summary>
[TestFixture]
[Category(TestCategories.Slow), Category(TestCategories.Soak)]
[NonParallelizable]
internal sealed class LocustTests
{
    [Test]
    public async Task Ten_users_of_the_replaced_system_see_no_failure_in_two_minutes()
    {
        using var folder = new TemporaryFolder();
        using var stream = new MemoryStream();
        DemoStation.Write(stream, rows: 2000, seed: 1);
        await using var served = await ServedChampions.StartAsync(FltsStart.ProductHost);
        await served.PromoteAsync("station", stream.ToArray(), "GRU", new JsonObject { ["epochs"] = 1 });
        var body = JsonNode.Parse(PredictRequests.Body("station", stream.ToArray(), steps: 1))!;
        await File.WriteAllTextAsync(folder["rows.json"], body["data"]!.ToJsonString());

        var (code, said) = await RunAsync(folder["rows.json"], $"http://{served.Address}", "2m");

        TestContext.Out.WriteLine(said.Split('\n').Last(line => line.Contains("Aggregated", StringComparison.Ordinal)));
        Assert.That(code, Is.Zero, said);
    }

    /// <summary>Its exit code tells of failures.</summary>
    private static async Task<(int Code, string Said)> RunAsync(string rows, string host, string duration)
    {
        var file = Path.Combine(TestContext.CurrentContext.TestDirectory, "Inference", "Locust", "locustfile.py");
        var start = new ProcessStartInfo(
            "locust", ["--headless", "--only-summary", "-u", "10", "-r", "10", "-t", duration, "-f", file, "--host", host])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["FLTS_ROWS"] = rows },
        };
        using var process = Process.Start(start)!;
        var said = new StringBuilder();
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.WaitForExitAsync();
        return (process.ExitCode, said.ToString());

        void Add(string? line)
        {
            lock (said)
                said.AppendLine(line);
        }
    }
}
