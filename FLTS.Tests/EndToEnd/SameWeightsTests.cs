using System.Text.Json.Nodes;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

/// <summary>
/// The same data, hyperparameters and seed give the same weights, bit for bit: alone, beside another
/// training, and broken off in the middle.
/// </summary>
[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class SameWeightsTests
{
    private const string Weights = "GRU/weights.safetensors";

    [TestCase(false, Category = TestCategories.Soak)]
    [TestCase(true, Category = TestCategories.Soak)]
    public async Task A_training_killed_in_its_middle_goes_on_at_its_last_epoch_and_ends_with_the_weights_of_an_unbroken_one(
        bool besideAnother)
    {
        using var folder = new TemporaryFolder();
        string[] types = besideAnother ? ["GRU", "LSTM"] : ["GRU"];
        var unbroken = await TrainAsync(folder, "unbroken", ["GRU"], kill: false);

        var broken = await TrainAsync(folder, "broken", types, kill: true);

        Assert.That(broken.Run["attempt"]!.GetValue<int>(), Is.EqualTo(2), "the first attempt was killed");
        Assert.That(broken.ResumedAfter, Is.GreaterThan(0), "it went on and did not start anew");
        Assert.That(broken.Sha256, Is.EqualTo(unbroken.Sha256));
        Assert.That(
            Losses(broken.Metrics), Is.EqualTo(Losses(unbroken.Metrics)), "every epoch's losses are told, those of before the kill too");
    }

    [Test, Category(TestCategories.Soak)]
    public async Task The_same_seed_twice_gives_the_same_weights_and_another_seed_others()
    {
        using var folder = new TemporaryFolder();
        Stations.Write(folder["datasets"], "station", 600);
        await using var flts = await StartAsync(folder, "data");
        var id = await flts.StartPipelineAsync(Request(["GRU"], epochs: 3));
        var first = await TrainedAsync(flts, id);
        await flts.PostAsync($"/pipelines/{id}/rerun", [], System.Net.HttpStatusCode.Accepted);
        var second = await TrainedAsync(flts, id);
        var third = await TrainedAsync(flts, await flts.StartPipelineAsync(Request(["GRU"], epochs: 3, seed: 5)));

        Assert.That(second.Run["run_id"]!.GetValue<string>(), Is.Not.EqualTo(first.Run["run_id"]!.GetValue<string>()));
        Assert.That(second.Sha256, Is.EqualTo(first.Sha256));
        Assert.That(third.Sha256, Is.Not.EqualTo(first.Sha256));
    }

    private static async Task<Trained> TrainAsync(TemporaryFolder folder, string data, string[] types, bool kill)
    {
        Stations.Write(folder["datasets"], "station", 600);
        string id;
        await using (var flts = await StartAsync(folder, data))
        {
            id = await flts.StartPipelineAsync(Request(types, epochs: 60));
            if (!kill)
                return await TrainedAsync(flts, id);

            await flts.WaitForEventAsync(
                "train_epoch", e => e["model_type"]!.GetValue<string>() == "GRU" && e["epoch"]!.GetValue<int>() >= 5);
            flts.Kill();
        }

        await using var again = await StartAsync(folder, data);
        return await TrainedAsync(again, id);
    }

    private static async Task<FltsProcess> StartAsync(TemporaryFolder folder, string data)
    {
        var flts = FltsProcess.Start(new FltsStart
        {
            Data = folder[data],
            Settings = new Dictionary<string, string> { ["Pipeline:DemoOnEmpty"] = "false" },
            Arguments = ["--datasets", folder["datasets"]],
        });
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        return flts;
    }

    private static JsonObject Request(string[] types, int epochs, int seed = 1)
    {
        var training = new JsonObject();
        foreach (var type in types)
            training[type] = new JsonObject { ["hidden_size"] = 32, ["epochs"] = epochs, ["patience"] = epochs, ["seed"] = seed };

        return new JsonObject
        {
            ["dataset"] = "station",
            ["model_types"] = new JsonArray([.. types.Select(t => (JsonNode)t)]),
            ["training"] = training,
        };
    }

    private static async Task<Trained> TrainedAsync(FltsProcess flts, string pipelineId)
    {
        var ended = await flts.WaitForEndAsync(pipelineId);
        Assert.That(ended["status"]!.GetValue<string>(), Is.AnyOf("promoted", "kept_champion"), ended.ToJsonString());
        var id = ended["runs"]!.AsArray().Single(r => r!["model_type"]!.GetValue<string>() == "GRU")!["run_id"]!.GetValue<string>();
        var run = await flts.GetAsync($"/runs/{id}");
        var manifest = await flts.GetAsync($"/runs/{id}/artifacts/manifest.json");
        return new Trained(
            run,
            await flts.GetAsync($"/runs/{id}/metrics"),
            run["artifacts"]!.AsArray().Single(a => a!["path"]!.GetValue<string>() == Weights)!["sha256"]!.GetValue<string>(),
            manifest["diagnostics"]?["resumed_after_epoch"]?.GetValue<int>() ?? 0);
    }

    private static List<(double?, double?)> Losses(JsonObject metrics) =>
        [.. metrics["epochs"]!.AsArray().Select(e => (e!["train_loss"]?.GetValue<double>(), e["val_loss"]?.GetValue<double>()))];

    private sealed record Trained(JsonObject Run, JsonObject Metrics, string Sha256, int ResumedAfter);
}
