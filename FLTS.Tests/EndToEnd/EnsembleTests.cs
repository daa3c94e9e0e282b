using System.Globalization;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

/// <summary>An ENSEMBLE in a process of its own: made, put in force by hand, and served.</summary>
[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class EnsembleTests
{
    [Test]
    public async Task It_is_made_put_in_force_and_served_also_of_fifty_rows_where_only_references_can_be_weighed()
    {
        using var folder = new TemporaryFolder();
        Write(folder["datasets"], "short", TimeSpan.FromMinutes(2), 0, 50);
        Write(folder["datasets"], "short_test", TimeSpan.FromMinutes(2), 50, 100);
        Write(folder["datasets"], "hourly", TimeSpan.FromHours(1), 0, 190);
        await using var flts = FltsProcess.Start(new FltsStart
        {
            Data = folder["data"],
            Settings = Stations.SmallModels,
            Arguments = ["--datasets", folder["datasets"]],
        });
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();

        var (few, _) = await ServeAsync(flts, "short", "GRU", []);
        var (hourly, ar) = await ServeAsync(flts, "hourly", "AR", new JsonObject { ["validation_fraction"] = 0.4 });

        Assert.That(few["members"], Is.Null, "less than a season says nothing of a run");
        Assert.That(hourly["members"]!.AsArray().Select(m => m!.GetValue<string>()), Is.EqualTo([ar]));
    }

    /// <returns>The run that is served, and that of the other type.</returns>
    private static async Task<(JsonObject Ensemble, string Other)> ServeAsync(
        FltsProcess flts, string dataset, string type, JsonObject preprocessing)
    {
        var id = await flts.StartPipelineAsync(new JsonObject
        {
            ["dataset"] = dataset,
            ["model_types"] = new JsonArray(type, "ENSEMBLE"),
            ["preprocessing"] = preprocessing,
        });
        var ended = await flts.WaitForEndAsync(id);
        Assert.That(ended["status"]!.GetValue<string>(), Is.EqualTo("promoted"), ended.ToJsonString());
        var runs = ended["runs"]!.AsArray().ToDictionary(r => r!["model_type"]!.GetValue<string>(), r => r!["run_id"]!.GetValue<string>());
        var runId = runs["ENSEMBLE"];
        await flts.PostAsync("/promote", new JsonObject { ["run_ids"] = new JsonArray(runId), ["force"] = true });

        JsonObject Ask(int steps) => new() { ["identifier"] = dataset, ["inference_length"] = steps };
        var answer = await flts.PostAsync("/predict", Ask(20));
        Assert.That(
            (answer["model_type"]!.GetValue<string>(), answer["run_id"]!.GetValue<string>()), Is.EqualTo(("ENSEMBLE", runId)));
        var values = answer["predictions"]!.AsArray().Select(p => p!["load"]!.GetValue<double>()).ToList();
        Assert.That(values, Has.Count.EqualTo(20).And.All.InRange(-20, 20));
        Assert.That(
            (await flts.PostAsync("/predict", Ask(3)))["predictions"]!.AsArray().Select(p => p!["load"]!.GetValue<double>()),
            Is.EqualTo(values.Take(3)),
            "a shorter forecast is the beginning of a longer one");
        return (await flts.GetAsync($"/runs/{runId}"), runs[type]);
    }

    /// <summary>Rows of a series that an autoregression knows best.</summary>
    private static void Write(string folder, string name, TimeSpan step, int from, int to)
    {
        Directory.CreateDirectory(folder);
        var (random, lines, load, other) = (new Random(5), new List<string>(), 0.0, 0.0);
        for (var i = 0; i < to; i++)
        {
            load = (0.8 * load) - (0.3 * other) + random.NextDouble();
            other = (0.5 * load) + (0.4 * other) + random.NextDouble();
            lines.Add(string.Create(
                CultureInfo.InvariantCulture, $"{new DateTime(2026, 1, 5) + (i * step):yyyy-MM-dd HH:mm:ss},{load},{other}"));
        }

        File.WriteAllLines(Path.Combine(folder, $"{name}.csv"), lines.Skip(from).Prepend("time,load,other"));
    }
}
