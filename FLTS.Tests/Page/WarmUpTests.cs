using FLTS.Tests.Host;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>What a start makes once, so that the first person does not wait for it.</summary>
[TestFixture, Parallelizable]
internal sealed class WarmUpTests
{
    [Test]
    public async Task After_a_start_the_list_and_its_first_station_are_made_once()
    {
        using var folder = new TemporaryFolder();
        var settings = new Dictionary<string, string?> { ["Pipeline:DemoOnEmpty"] = "false" };
        await using (var before = await RunningHost.StartAsync(settings: settings, folder: folder).ReadyAsync())
            await ManyStations.AddAsync(before, 1);

        settings["Page:WarmUpSeconds"] = "0.05";
        await using var host = await RunningHost.StartAsync(settings: settings, folder: folder).ReadyAsync();
        var told = await host.GetAsync("/ui/stations"); // It answers meanwhile.
        for (var tries = 0; tries < 400 && !Events(folder).Any(e => e.StartsWith("page_", StringComparison.Ordinal)); tries++)
            await Task.Delay(100);

        Assert.That((int)told.Status, Is.EqualTo(200));
        Assert.That(Events(folder).Where(e => e.StartsWith("page_", StringComparison.Ordinal)), Is.EqualTo(["page_warm"]));
    }

    private static List<string> Events(TemporaryFolder folder) =>
    [
        .. Directory.GetFiles(folder["data/logs"]).SelectMany(Lines)
            .Select(line => System.Text.Json.Nodes.JsonNode.Parse(line)!["event"]?.ToString())
            .OfType<string>(),
    ];

    /// <summary>Whole ones, of a file that is being written.</summary>
    private static string[] Lines(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
