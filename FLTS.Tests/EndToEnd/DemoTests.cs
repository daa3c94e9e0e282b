using System.Text.Json.Nodes;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

[TestFixture, Category(TestCategories.Soak), Category(TestCategories.Slow)]
internal sealed class DemoTests
{
    [Test]
    public async Task The_first_start_makes_the_demo_data_and_ends_with_a_model_that_beats_NAIVE()
    {
        using var folder = new TemporaryFolder();
        await using var flts = FltsProcess.Start(new FltsStart { Data = folder["data"] });
        await flts.WaitUntilReadyAsync();
        var list = await flts.WaitForAsync(
            "the demo pipeline", async () => (await flts.GetAsync("/pipelines"))["items"]!.AsArray().FirstOrDefault());
        var ended = await flts.WaitForEndAsync(list["pipeline_id"]!.GetValue<string>());

        Assert.That(ended["status"]!.GetValue<string>(), Is.EqualTo("promoted"), ended.ToJsonString());
        var entries = (await flts.GetAsync($"/scoreboards/{ended["pipeline_id"]}"))["entries"]!.AsArray();
        var naive = Rmse(entries, "NAIVE");
        Assert.That(Rmse(entries, "GRU"), Is.LessThan(naive));
        Assert.That(Rmse(entries, "LSTM"), Is.LessThan(naive));
    }

    private static double Rmse(JsonArray entries, string type) =>
        entries.First(e => e!["model_type"]!.GetValue<string>() == type)!["rmse"]!.GetValue<double>();
}
