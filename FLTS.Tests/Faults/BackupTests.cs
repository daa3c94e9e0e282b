using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FLTS.Modules.Storage;
using FLTS.Tests.Host;
using FLTS.Tests.Page;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Faults;

/// <summary>A restored database is older than what was pruned since: its rows name objects that the store has no more.</summary>
[TestFixture, Parallelizable]
internal sealed class BackupTests
{
    [Test]
    public async Task A_backup_older_than_a_prune_serves_its_champion_says_what_is_missing_and_trains_it_again()
    {
        using var folder = new TemporaryFolder();
        JsonObject pipeline;
        string pruned;
        await using (var before = await RunningHost.StartAsync(folder: folder).ReadyAsync())
        {
            pipeline = await PageStation.PromoteAsync(before);
            pruned = Other(pipeline, await ChampionAsync(before));
            await PruneAsync(before, pruned);
        }

        await using var restored = await RunningHost.StartAsync(folder: folder).ReadyAsync();
        using var forecast = JsonContent.Create(new JsonObject { ["inference_length"] = 3 });
        await restored.AskAsync(HttpMethod.Post, "/predict", forecast).ExpectAsync(HttpStatusCode.OK);
        using var ask = JsonContent.Create(new JsonObject { ["run_ids"] = new JsonArray(pruned), ["force"] = true });
        var refused = await restored.AskAsync(HttpMethod.Post, "/promote", ask);
        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(refused.Text("detail"), Does.Contain($"models/{pruned}/1/manifest.json is missing from the object store"));
        var invalid = (await restored.GetAsync($"/runs/{pruned}")).Body;
        Assert.That(invalid["status"]!.ToString(), Is.EqualTo("invalid"));

        var again = await PageStation.EndedAsync(restored, new JsonObject
        {
            ["dataset"] = PageStation.Name,
            ["model_types"] = new JsonArray([.. PageStation.Models.Select(m => (JsonNode)m)]),
        });
        var (runs, champion) = (again["runs"]!.AsArray(), await ChampionAsync(restored));
        Assert.That(runs.Select(r => r!["status"]!.ToString()), Is.All.EqualTo("succeeded"));
        Assert.That(runs.Select(r => r!["replaces"]?.ToString()), Is.EquivalentTo(new[] { null, pruned }), "the other one is as it was");
        Assert.That(runs.Select(r => r!["run_id"]!.ToString()), Has.Member(champion).And.No.Member(pruned));
    }

    private static async Task<string> ChampionAsync(RunningHost host) =>
        (await host.GetAsync($"/champions/{PageStation.Name}").ExpectAsync(HttpStatusCode.OK)).Body["in_force"]!["run_id"]!.ToString();

    private static string Other(JsonObject pipeline, string champion) =>
        pipeline["runs"]!.AsArray().Select(r => r!["run_id"]!.ToString()).Single(r => r != champion);

    /// <summary>What pruning removes of a run.</summary>
    private static async Task PruneAsync(RunningHost host, string run)
    {
        var (store, all) = (host.App.Services.GetRequiredService<IObjectStore>(), ObjectKeys.AllOf(new RunId(run)));
        var found = 0;
        await foreach (var item in store.ListAsync(all.Bucket, all.Key, default))
        {
            await store.DeleteAsync(item.Key, default);
            found++;
        }

        Assert.That(found, Is.GreaterThan(1));
    }
}
