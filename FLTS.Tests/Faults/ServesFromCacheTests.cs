using System.Net;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using NUnit.Framework;

namespace FLTS.Tests.Faults;

[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class ServesFromCacheTests
{
    [Test]
    public async Task A_process_that_starts_while_the_store_is_away_serves_what_it_served_before()
    {
        using var folder = new TemporaryFolder();
        Stations.Write(folder["datasets"], "station", 600);
        var start = new FltsStart { Data = folder["data"], Settings = Story.Settings(), Arguments = ["--datasets", folder["datasets"]] };
        JsonNode before;
        await using (var first = FltsProcess.Start(start))
        {
            await first.WaitUntilReadyAsync();
            await first.UseAdminKeyAsync();
            var id = await first.StartPipelineAsync(new JsonObject { ["dataset"] = "station", ["model_types"] = new JsonArray("GRU") });
            Assert.That(Story.Text(await first.WaitForEndAsync(id), "status"), Is.EqualTo("promoted"));
            before = await first.WaitForModelAsync();
            Assert.That(await first.StopAsync(), Is.Zero);
        }

        Directory.Move(folder["data/objects"], folder["aside"]);
        await File.WriteAllTextAsync(folder["data/objects"], "a file where the folder was");
        await using var flts = FltsProcess.Start(start);
        await flts.WaitUntilAliveAsync();
        await flts.UseAdminKeyAsync();
        var loaded = await flts.WaitForModelAsync();

        Assert.That(loaded.ToJsonString(), Is.EqualTo(before.ToJsonString()));
        var rows = new JsonObject { ["data"] = Payloads.Rows(loaded["targets"]!.AsArray().Select(t => t!.GetValue<string>()), 30) };
        Assert.That((await flts.PostAsync("/predict", rows))["predictions"]!.AsArray(), Has.Count.EqualTo(1));
        Assert.That(
            (await flts.PostAsync("/predict", [], HttpStatusCode.ServiceUnavailable))["detail"]!.GetValue<string>(),
            Does.Contain("no newest rows").And.Contain("object store"));
        var ready = await flts.GetAsync("/readyz");
        Assert.That(ready["status"]!.GetValue<string>(), Is.EqualTo("degraded"), ready.ToJsonString());
        Assert.That(ready["parts"]!["object_store"]!["state"]!.GetValue<string>(), Is.EqualTo("unavailable"));

        File.Delete(folder["data/objects"]);
        Directory.Move(folder["aside"], folder["data/objects"]);
        await flts.WaitForAsync("a forecast from the newest rows", async () =>
        {
            using var answer = await flts.Http.PostAsync(
                new Uri("/predict", UriKind.Relative),
                new StringContent("{}", null, "application/json"));
            return answer.StatusCode == HttpStatusCode.OK ? "answered" : null;
        });
        Assert.That(
            (await flts.GetAsync("/models/loaded"))["items"]![0]!.ToJsonString(),
            Is.EqualTo(before.ToJsonString()),
            "the same version, loaded whole");
        Assert.That(flts.Events("model_swap"), Is.Empty, "the same model again is no swap");
    }
}
