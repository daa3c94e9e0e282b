using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using NUnit.Framework;

namespace FLTS.Tests.Faults;

/// <summary>
/// A disk that fills up in the middle of a training, and has room again: a file system of its own in memory (which takes root to mount).
/// </summary>
[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class DiskFullTests
{
    private const int Megabytes = 48;

    /// <summary>Some pages long.</summary>
    private static readonly string _csv = DatasetClient.Csv(0, 3000);

    [TestCase("data")]
    [TestCase("data/objects", Category = TestCategories.Soak)]
    public async Task A_full_disk_delays_the_promotion_and_ends_nothing(string full)
    {
        using var folder = new TemporaryFolder();
        Stations.Write(folder["datasets"], "station", 600);
        var disk = Directory.CreateDirectory(folder[full]).FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", $"size={Megabytes}m", "flts-test", disk);
        try
        {
            await using var flts = FltsProcess.Start(new FltsStart
            {
                Data = folder["data"],
                Settings = Story.Settings(epochs: 25),
                Arguments = ["--datasets", folder["datasets"]],
            });
            var id = await Story.BeginAsync(flts);
            await Story.WaitUntilFittingAsync(flts, id);
            var filler = Path.Combine(disk, "filler");
            Fill(filler);

            await flts.WaitForAsync(
                "an error that names the full disk",
                () => Task.FromResult(flts.Logs.FirstOrDefault(l =>
                    l.ToJsonString() is var line
                    && (line.Contains("space left", StringComparison.Ordinal) || line.Contains("disk is full", StringComparison.Ordinal)))),
                TimeSpan.FromMinutes(1));
            await Task.Delay(TimeSpan.FromSeconds(3));
            Assert.That(flts.HasExited, Is.False);
            await CheckReadinessAsync(flts, full == "data" ? "data_folder" : "object_store");
            File.Delete(filler);

            // With the whole data folder full there is no place for a trained model either.
            await Story.CheckAsync(flts, id, leastTries: 0, told: full == "data" ? "" : disk, mayRepeat: full == "data");
        }
        finally
        {
            await RunAsync("umount", "--lazy", disk);
        }
    }

    [Test]
    public async Task A_start_on_a_full_disk_ends_with_2_and_one_sentence()
    {
        using var folder = new TemporaryFolder();
        var disk = Directory.CreateDirectory(folder["data"]).FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "flts-test", disk);
        try
        {
            Fill(Path.Combine(disk, "filler"));
            await using var flts = FltsProcess.Start(new FltsStart { Data = disk });

            Assert.That(await flts.WaitForExitAsync(), Is.EqualTo(2));
            Assert.That(flts.Output, Has.Count.EqualTo(1));
            Assert.That(flts.Output.Single(), Does.Contain(disk).And.Contain("space").And.Contain("--data"));
        }
        finally
        {
            await RunAsync("umount", "--lazy", disk);
        }
    }

    /// <summary>Whatever it serves, it says that it is not whole; and what a client sends is refused with a reason.</summary>
    private static async Task CheckReadinessAsync(FltsProcess flts, string part)
    {
        var said = await flts.WaitForAsync($"a part {part} that is unavailable for its disk", async () =>
        {
            using var ready = await flts.Http.GetAsync(new Uri("/readyz", UriKind.Relative));
            var all = JsonNode.Parse(await ready.Content.ReadAsStringAsync())!;
            var seen = all["parts"]![part]!;
            return seen["state"]!.GetValue<string>() == "unavailable"
                && seen["reason"]!.GetValue<string>().Contains("disk", StringComparison.OrdinalIgnoreCase) ? all : null;
        });
        Assert.That(said["status"]!.GetValue<string>(), Is.Not.EqualTo("ok"));

        using var csv = new StringContent(_csv, Encoding.UTF8, "text/csv");
        using var refused = await flts.Http.PutAsync(new Uri("/datasets/other", UriKind.Relative), csv);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable), await refused.Content.ReadAsStringAsync());
    }

    private static void Fill(string path)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
                stream.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}: {error}");
    }
}
