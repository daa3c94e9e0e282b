using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class CancelTests
{
    private static readonly JsonObject _long = new() { ["hidden_size"] = 64, ["epochs"] = 1000, ["patience"] = 1000 };

    [Test, Category(TestCategories.Soak)]
    public async Task A_cancelled_training_stops_and_its_pipeline_ends_without_it()
    {
        using var folder = new TemporaryFolder();
        await using var flts = await StartAsync(folder);
        var id = await flts.StartPipelineAsync(
            new JsonObject { ["dataset"] = "station", ["training"] = new JsonObject { ["GRU"] = _long.DeepClone() } });
        var run = await RunningAsync(flts);

        var answer = await flts.PostAsync($"/runs/{run}/cancel", [], HttpStatusCode.Accepted);
        var ended = await flts.WaitForEndAsync(id);

        Assert.That(answer["status"]!.GetValue<string>(), Is.EqualTo("cancelled"));
        Assert.That(ended["status"]!.GetValue<string>(), Is.EqualTo("promoted"), ended.ToJsonString());
        Assert.That(ended["attempt"]!["missing"]!.ToJsonString(), Is.EqualTo("""[{"model_type":"GRU","reason":"cancelled by hand"}]"""));
        await StoppedAsync(flts, folder, run);
        var problem = await flts.PostAsync($"/runs/{run}/cancel", [], HttpStatusCode.Conflict);
        Assert.That(problem["detail"]!.GetValue<string>(), Does.Contain("it is cancelled"));
        await flts.PostAsync("/runs/nobody/cancel", [], HttpStatusCode.NotFound);
    }

    [Test, Category(TestCategories.Soak)]
    public async Task A_cancelled_pipeline_ends_with_all_its_trainings()
    {
        using var folder = new TemporaryFolder();
        await using var flts = await StartAsync(folder);
        var id = await flts.StartPipelineAsync(
            new JsonObject { ["dataset"] = "station", ["training"] = new JsonObject { ["GRU"] = _long.DeepClone() } });
        var run = await RunningAsync(flts);

        await flts.PostAsync($"/pipelines/{id}/cancel", [], HttpStatusCode.Accepted);

        await StoppedAsync(flts, folder, run);
        var ended = await flts.GetAsync($"/pipelines/{id}");
        Assert.That((ended["status"]!.GetValue<string>(), ended["waiting_for"]), Is.EqualTo(("cancelled", (JsonNode?)null)));
        Assert.That((await flts.GetAsync("/champions"))["items"]!.AsArray(), Is.Empty);
        await flts.PostAsync($"/pipelines/{id}/cancel", [], HttpStatusCode.Conflict);
        await flts.PostAsync("/pipelines/nobody/cancel", [], HttpStatusCode.NotFound);
    }

    private static async Task<FltsProcess> StartAsync(TemporaryFolder folder)
    {
        Stations.Write(folder["datasets"], "station", 600);
        var flts = FltsProcess.Start(
            new FltsStart { Data = folder["data"], Settings = Stations.SmallModels, Arguments = ["--datasets", folder["datasets"]] });
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        return flts;
    }

    private static async Task<string> RunningAsync(FltsProcess flts) =>
        (await flts.WaitForEventAsync("train_epoch", e => e["model_type"]!.GetValue<string>() == "GRU"))["run_id"]!.GetValue<string>();

    private static async Task StoppedAsync(FltsProcess flts, TemporaryFolder folder, string run)
    {
        var said = await flts.WaitForEventAsync("train_cancelled", e => e["run_id"]!.GetValue<string>() == run);
        var stopped = await flts.WaitForEventAsync("train_stopped", e => e["run_id"]!.GetValue<string>() == run);
        TestContext.Out.WriteLine($"cancelled {said["@t"]}, stopped {stopped["@t"]}");
        await flts.WaitForAsync("the end of the run's local files", () =>
            Task.FromResult(Directory.Exists(Path.Combine(folder["data"], "staging", run)) ? null : "gone"));
    }
}
