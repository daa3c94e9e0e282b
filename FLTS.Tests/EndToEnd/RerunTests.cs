using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class RerunTests
{
    [Test, Category(TestCategories.Soak)]
    public async Task What_has_ended_is_run_again_by_command_and_the_champion_changes_only_by_the_gate()
    {
        using var folder = new TemporaryFolder();
        Stations.Write(folder["datasets"], "station", 400);
        await using var flts = FltsProcess.Start(
            new FltsStart { Data = folder["data"], Settings = Stations.SmallModels, Arguments = ["--datasets", folder["datasets"]] });
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        var id = await flts.StartPipelineAsync(new JsonObject { ["dataset"] = "station", ["model_types"] = new JsonArray("NAIVE", "GRU") });
        var first = await flts.WaitForEndAsync(id);
        var gru = RunOf(first, "GRU");

        var run = await flts.PostAsync($"/runs/{gru}/rerun", [], HttpStatusCode.Accepted);
        var second = await flts.WaitForEndAsync(id);
        await flts.PostAsync($"/pipelines/{id}/rerun", new JsonObject { ["stage"] = "evaluate" }, HttpStatusCode.Accepted);
        var third = await flts.WaitForEndAsync(id);
        await flts.PostAsync($"/pipelines/{id}/rerun", new JsonObject { ["stage"] = "preprocess" }, HttpStatusCode.Accepted);
        await flts.PostAsync($"/pipelines/{id}/rerun", [], HttpStatusCode.Conflict);
        var fourth = await flts.WaitForEndAsync(id);

        var asked = await flts.StartPipelineAsync(
            new JsonObject { ["dataset"] = "station", ["model_types"] = new JsonArray("NAIVE", "GRU"), ["force_reprocess"] = true });
        var fifth = await flts.WaitForEndAsync(id);

        Assert.That(asked, Is.EqualTo(id));
        Assert.That(
            (RunOf(fifth, "GRU"), RunOf(fifth, "NAIVE")),
            Is.EqualTo((RunOf(fourth, "GRU"), RunOf(fourth, "NAIVE"))),
            "the data came out the same, so nothing is trained");
        Assert.That(flts.Events("preprocess_done"), Has.Count.EqualTo(3), "first, rerun and force_reprocess");
        Assert.That(RunOf(second, "GRU"), Is.EqualTo(run["run_id"]!.GetValue<string>()));
        Assert.That(RunOf(second, "NAIVE"), Is.EqualTo(RunOf(first, "NAIVE")), "only what was asked for is trained again");
        Assert.That((await flts.GetAsync($"/runs/{run["run_id"]}"))["replaces"]!.GetValue<string>(), Is.EqualTo(gru));
        Assert.That(
            (RunOf(third, "GRU"), RunOf(third, "NAIVE")),
            Is.EqualTo((RunOf(second, "GRU"), RunOf(second, "NAIVE"))),
            "evaluating trains nothing");
        Assert.That(RunOf(fourth, "NAIVE"), Is.Not.EqualTo(RunOf(third, "NAIVE")));
        var attempts = (await flts.GetAsync("/promotions"))["items"]!.AsArray();
        Assert.That(
            attempts.Select(a => a!["trigger"]!.GetValue<string>()),
            Is.EqualTo(new[] { "rerun", "rerun", "rerun", "rerun", "event" }),
            "newest first");
        Assert.That(
            attempts.Count(a => a!["outcome"]!.GetValue<string>() == "promoted"), Is.EqualTo(1), "the same model again is no better");

        await flts.PostAsync($"/pipelines/{id}/rerun", new JsonObject { ["stage"] = "bake" }, HttpStatusCode.UnprocessableEntity);
        await flts.PostAsync("/runs/nobody/rerun", [], HttpStatusCode.NotFound);
    }

    private static string RunOf(JsonObject pipeline, string type) =>
        pipeline["runs"]!.AsArray().Single(r => r!["model_type"]!.GetValue<string>() == type)!["run_id"]!.GetValue<string>();
}
