using System.Globalization;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

/// <summary>What a client is told of a forecast that had to be kept within what is plausible.</summary>
[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class PlausibleForecastTests
{
    private const int Rows = 400;

    [Test]
    public async Task A_forecast_whose_feedback_was_clamped_warns_of_it_and_stays_plausible_beyond_a_season()
    {
        using var folder = new TemporaryFolder();
        var datasets = Directory.CreateDirectory(folder["datasets"]).FullName;
        await File.WriteAllLinesAsync(
            Path.Combine(datasets, "rising.csv"), Enumerable.Range(0, Rows).Select(Row).Prepend("time,load"));
        await using var flts = FltsProcess.Start(new FltsStart
        {
            Data = folder["data"],
            Settings = Stations.SmallModels,
            Arguments = ["--datasets", datasets],
        });
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        var id = await flts.StartPipelineAsync(new JsonObject
        {
            ["dataset"] = "rising",
            ["model_types"] = new JsonArray("AR"),
            ["training"] = new JsonObject { ["AR"] = new JsonObject { ["lead_mode"] = "recursive" } },
        });
        Assert.That((await flts.WaitForEndAsync(id))["status"]!.GetValue<string>(), Is.EqualTo("promoted"));
        await flts.WaitForModelAsync();

        var near = await flts.PostAsync("/predict", new JsonObject { ["inference_length"] = 10 });
        var far = await flts.PostAsync("/predict", new JsonObject { ["inference_length"] = 300 });

        // Train is 0 to 319 and a bit: 480 are plausible, reached about 80 steps behind row 399.
        Assert.That(near["warnings"], Is.Null);
        Assert.That(
            far["warnings"]!.AsArray().Select(w => w!.GetValue<string>()),
            Has.One.Match("^The forecast of load leaves the plausible range of 0 to 4[78]\\d.* from step [78]\\d on: "));
        Assert.That(far["predictions"]!.AsArray().Select(p => p!["load"]!.GetValue<double>()), Is.All.InRange(0, 490));
    }

    /// <summary>One more an hour, and a little back and forth, so that an autoregression has something to learn.</summary>
    private static string Row(int hour) => string.Create(
        CultureInfo.InvariantCulture, $"{new DateTime(2026, 1, 5).AddHours(hour):s},{hour + (hour % 2 * 0.5)}");
}
