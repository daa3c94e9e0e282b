using System.Net;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using NUnit.Framework;

namespace FLTS.Tests.Faults;

/// <summary>What the ledger says stays so: against pipelines that end late, restarts, and files that were changed.</summary>
[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class LedgerStoryTests
{
    private TemporaryFolder _folder = null!;
    private FltsStart _start = null!;

    [SetUp]
    public void Prepare()
    {
        _folder = new TemporaryFolder();
        Stations.Write(_folder["datasets"], "station", 600);
        Stations.Write(_folder["datasets"], "other", 400);
        _start = new FltsStart { Data = _folder["data"], Settings = Story.Settings(), Arguments = ["--datasets", _folder["datasets"]] };
    }

    [TearDown]
    public void CleanUp() => _folder.Dispose();

    [Test, Category(TestCategories.Soak)]
    public async Task An_older_pipeline_that_ends_after_a_newer_one_was_promoted_is_superseded()
    {
        await using var flts = FltsProcess.Start(_start);
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        var slow = await flts.StartPipelineAsync(new JsonObject
        {
            ["dataset"] = "station",
            ["model_types"] = new JsonArray("GRU"),
            ["training"] = new JsonObject { ["GRU"] = new JsonObject { ["epochs"] = 150, ["patience"] = 150 } },
        });
        await Story.WaitUntilFittingAsync(flts, slow);
        var quick = await flts.StartPipelineAsync(new JsonObject { ["dataset"] = "station", ["model_types"] = new JsonArray("NAIVE") });
        var second = await flts.WaitForEndAsync(quick);
        var first = await flts.GetAsync($"/pipelines/{slow}");
        Assert.That(Story.Text(first, "status"), Is.EqualTo("training"), "the older one must end later for this test to mean something");

        var ended = await flts.WaitForEndAsync(slow);

        Assert.That((first["sequence"]!.GetValue<long>(), second["sequence"]!.GetValue<long>()), Is.EqualTo((1L, 2L)));
        Assert.That((Story.Text(second, "status"), Story.Text(ended, "status")), Is.EqualTo(("promoted", "superseded")));
        Assert.That(await InForceAsync(flts, "station"), Is.EqualTo((1, "NAIVE")));
    }

    [Test]
    public async Task A_rollback_is_undone_neither_by_the_Reconciler_nor_by_a_restart()
    {
        await using (var flts = FltsProcess.Start(_start))
        {
            await flts.WaitUntilReadyAsync();
            await flts.UseAdminKeyAsync();
            await PromoteAsync(flts, "station", "NAIVE");
            await PromoteAsync(flts, "station", "AR");
            Assert.That(await InForceAsync(flts, "station"), Is.EqualTo((2, "AR")));

            await flts.PostAsync("/champions/station/rollback", new JsonObject { ["reason"] = "it was strange" });
            await Task.Delay(TimeSpan.FromSeconds(3)); // Six looks of the Reconciler.
            Assert.That(await InForceAsync(flts, "station"), Is.EqualTo((3, "NAIVE")));
            flts.Kill();
        }

        await using var again = FltsProcess.Start(_start);
        await again.WaitUntilReadyAsync();
        await again.UseAdminKeyAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        var served = (await again.WaitForModelAsync()).AsObject();

        Assert.That(await InForceAsync(again, "station"), Is.EqualTo((3, "NAIVE")));
        Assert.That((served["version"]!.GetValue<int>(), Story.Text(served, "model_type")), Is.EqualTo((3, "NAIVE")));
        var pointer = JsonNode.Parse(await File.ReadAllTextAsync(_folder["data/objects/model-promotion/station/current.json"]))!;
        Assert.That(pointer["run_id"]!.GetValue<string>(), Is.EqualTo(Story.Text(served, "run_id")));
    }

    [TestCase("rollback")]
    [TestCase("rerun", Category = TestCategories.Soak)]
    public async Task A_champion_whose_file_was_changed_is_refused_by_name_while_the_others_are_served_until_a_person_puts_it_right(
        string command)
    {
        string run;
        await using (var flts = FltsProcess.Start(_start))
        {
            await flts.WaitUntilReadyAsync();
            await flts.UseAdminKeyAsync();
            await PromoteAsync(flts, "other", "NAIVE");
            await PromoteAsync(flts, "station", "NAIVE");
            run = await PromoteAsync(flts, "station", "AR");
            Assert.That(await flts.StopAsync(), Is.Zero);
        }

        Directory.Delete(_folder["data/cache"], recursive: true);
        var file = Directory.GetFiles(_folder[$"data/objects/models/{run}"], "model.json", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        await using var again = FltsProcess.Start(_start);
        await again.WaitUntilAliveAsync();
        await again.UseAdminKeyAsync();
        await again.WaitForEventAsync("model_load_failed", e =>
            Story.Text(e, "run_id") == run && Story.Text(e, "reason")!.Contains("model.json", StringComparison.Ordinal));
        var ready = await again.WaitForAsync("readiness that tells of it", async () =>
            await again.GetAsync("/readyz") is { } r && r["parts"]!["models"] is not null ? r : null);

        Assert.That(Story.Text(ready, "status"), Is.EqualTo("degraded"));
        Assert.That(
            ready["parts"]!["models"]!["reason"]!.GetValue<string>(),
            Does.Contain("station").And.Contain("model.json").And.Contain("SHA-256"));
        Assert.That(
            (await again.PostAsync("/predict", new JsonObject { ["identifier"] = "other" }))["version"]!.GetValue<int>(), Is.EqualTo(1));

        if (command == "rollback")
            await again.PostAsync("/champions/station/rollback", []);
        else
            await again.PostAsync($"/runs/{run}/rerun", [], HttpStatusCode.Accepted);
        await again.WaitUntilReadyAsync();
        await again.WaitForAsync(
            "readiness without a word of it", async () => (await again.GetAsync("/readyz"))["parts"]!["models"] is null ? "ok" : null);
        Assert.That(
            (await again.PostAsync("/predict", new JsonObject { ["identifier"] = "station" }))["model_type"]!.GetValue<string>(),
            Is.EqualTo(command == "rollback" ? "NAIVE" : "AR"));
        Assert.That(again.Events("model_load_failed"), Has.Count.EqualTo(1), "said once, not at every look");
    }

    /// <returns>The run in force.</returns>
    private static async Task<string> PromoteAsync(FltsProcess flts, string dataset, string type)
    {
        var ended = await flts.WaitForEndAsync(
            await flts.StartPipelineAsync(new JsonObject { ["dataset"] = dataset, ["model_types"] = new JsonArray(type) }));
        Assert.That(Story.Text(ended, "status"), Is.EqualTo("promoted"), ended.ToJsonString());
        return Story.Text(ended["runs"]!.AsArray().Single()!.AsObject(), "run_id")!;
    }

    private static async Task<(int Version, string ModelType)> InForceAsync(FltsProcess flts, string identifier)
    {
        var champion = (await flts.GetAsync($"/champions/{identifier}"))["in_force"]!;
        return (champion["version"]!.GetValue<int>(), champion["model_type"]!.GetValue<string>());
    }
}
