using System.Diagnostics;
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

    [Test]
    public async Task A_full_disk_delays_the_promotion_and_ends_nothing([Values("data/objects", "data")] string full)
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
            File.Delete(filler);

            // With the whole data folder full there is no place for a trained model either.
            await Story.CheckAsync(flts, id, leastTries: 0, told: full == "data" ? "" : disk, mayRepeat: full == "data");
        }
        finally
        {
            await RunAsync("umount", "--lazy", disk);
        }
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
