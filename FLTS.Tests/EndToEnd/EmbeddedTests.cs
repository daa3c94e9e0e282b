using System.Text.Json.Nodes;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class EmbeddedTests
{
    [Test]
    public async Task The_whole_loop_runs_on_the_embedded_default()
    {
        using var folder = new TemporaryFolder();
        await using var flts = Start(folder, rows: 1500);

        await WholeLoop.CheckAsync(flts, "station");
    }

    [Test, Category(TestCategories.Soak)]
    public async Task Killed_during_training_it_completes_by_itself_with_exactly_one_promotion()
    {
        using var folder = new TemporaryFolder();
        var slow = new Dictionary<string, string>(Stations.SmallModels)
        {
            ["Models:GRU:epochs"] = "400",
            ["Models:GRU:hidden_size"] = "16",
        };
        string id;
        await using (var first = Start(folder, rows: 1500, slow))
        {
            await first.WaitUntilReadyAsync();
            await first.UseAdminKeyAsync();
            id = await first.StartPipelineAsync(
                new JsonObject { ["dataset"] = "station", ["training"] = new JsonObject { ["GRU"] = new JsonObject { ["epochs"] = 60 } } });
            await first.WaitForEventAsync("train_epoch", e => e["model_type"]!.GetValue<string>() == "GRU");
            first.Kill();
        }

        await using var second = Start(folder, rows: 1500, slow);
        await second.WaitUntilReadyAsync();
        await second.UseAdminKeyAsync();
        var ended = await second.WaitForEndAsync(id);

        Assert.That(ended["status"]!.GetValue<string>(), Is.EqualTo("promoted"), ended.ToJsonString());
        Assert.That((await second.GetAsync("/champions/station"))["history"]!.AsArray(), Has.Count.EqualTo(1), "exactly one promotion");
        var runs = (await second.GetAsync("/runs"))["items"]!.AsArray();
        Assert.That(
            runs.Select(r => r!["model_type"]!.GetValue<string>()),
            Is.EquivalentTo(new[] { "GRU", "LSTM", "PROPHET" }),
            "nothing was trained as another run");
        Assert.That(runs.Select(r => r!["status"]!.GetValue<string>()), Is.All.EqualTo("succeeded"));
        Assert.That(second.Events("reconcile_resumed"), Is.Not.Empty, "the second process took up what the first had left");
    }

    [Test]
    public async Task A_second_process_on_the_same_data_folder_is_refused_with_a_sentence()
    {
        using var folder = new TemporaryFolder();
        await using var first = Start(folder, rows: 100);
        await first.WaitUntilReadyAsync();
        await using var second = Start(folder, rows: 100);

        Assert.That(await second.WaitForExitAsync(), Is.EqualTo(2));
        Assert.That(second.Output, Has.Some.Contains($"is in use by another FLTS (process {first.Id})"));
    }

    [Test]
    public async Task A_column_flat_in_train_gives_no_NaN_is_warned_of_counted_and_forecast_as_its_constant()
    {
        using var folder = new TemporaryFolder();
        Stations.WriteWithFlatColumn(folder["datasets"], "flat", 50);
        await using var flts = Start(folder, rows: 100);
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        var ended = await flts.WaitForEndAsync(await flts.StartPipelineAsync(new JsonObject { ["dataset"] = "flat" }));

        Assert.That(ended["status"]!.GetValue<string>(), Is.EqualTo("promoted"), ended.ToJsonString());
        Assert.That(ended["warnings"]!.ToJsonString(), Does.Contain("constant"));
        await flts.WaitForEventAsync("zero_variance_features");
        Assert.That(
            await flts.Http.GetStringAsync("/metrics"),
            Does.Match("flts_zero_variance_features_total\\{[^}]*identifier=\"flat\"[^}]*\\} 1"));
        var board = (await flts.GetAsync($"/scoreboards/{ended["pipeline_id"]}")).ToJsonString();
        Assert.That(board, Does.Not.Contain("NaN").And.Not.Contain("Infinity"));
        await flts.WaitForModelAsync();
        var rows = (await flts.PostAsync("/predict", new JsonObject { ["inference_length"] = 5 }))["predictions"]!.AsArray();
        Assert.That(rows.Select(r => r!["constant"]!.GetValue<double>()), Is.All.EqualTo(5.5));
        Assert.That(rows.Select(r => r!["load"]!.GetValue<double>()), Is.All.InRange(50, 150));
    }

    [Test, Category(TestCategories.Soak)]
    public async Task Boosted_trees_are_trained_where_a_request_asks_for_them_judged_promoted_and_served()
    {
        using var folder = new TemporaryFolder();
        await using var flts = Start(folder, rows: 1500);
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        var id = await flts.StartPipelineAsync(new JsonObject
        {
            ["dataset"] = "station",
            ["model_types"] = new JsonArray("NAIVE", "LIGHTGBM"),
            ["training"] = new JsonObject { ["LIGHTGBM"] = new JsonObject { ["num_iterations"] = 60, ["learning_rate"] = 0.1 } },
        });
        var ended = await flts.WaitForEndAsync(id);

        Assert.That(ended["status"]!.GetValue<string>(), Is.EqualTo("promoted"), ended.ToJsonString());
        var loaded = await flts.WaitForModelAsync();
        Assert.That(loaded["model_type"]!.GetValue<string>(), Is.EqualTo("LIGHTGBM"), "trees beat the last value");
        var files = (await flts.GetAsync($"/runs/{loaded["run_id"]}/artifacts"))["items"]!.AsArray();
        Assert.That(files.Select(f => f!["path"]!.GetValue<string>()), Does.Contain("LIGHTGBM/model.json"));
        var answer = await flts.PostAsync("/predict", new JsonObject { ["inference_length"] = 40, ["level"] = new JsonArray(80, 99.9) });
        var rows = answer["predictions"]!.AsArray();
        Assert.That(rows, Has.Count.EqualTo(40));
        Assert.That(rows.Select(r => r!["down"]!.GetValue<double>()), Is.All.InRange(0, 2e9));
        var down = answer["intervals"]!["80"]!["down"]!.AsArray();
        Assert.That(
            down.Zip(rows, (i, r) =>
                i![0]!.GetValue<double>() <= r!["down"]!.GetValue<double>() && r["down"]!.GetValue<double>() <= i[1]!.GetValue<double>()),
            Has.Exactly(40).True);
        Assert.That(
            answer["intervals"]!["99.9"]!["down"]!.AsArray(), Has.Exactly(40).Null, "240 residuals say nothing of one in a thousand");
        Assert.That(answer["warnings"]!.ToJsonString(), Does.Contain("level 99.9 are null").And.Not.Contain("extrapolated"));
        var far = await flts.PostAsync("/predict", new JsonObject { ["inference_length"] = 200, ["level"] = 80 });
        Assert.That(far["warnings"]!.ToJsonString(), Does.Contain("extrapolated from step 181 on"), "the last knot that 240 rows reach");
    }

    [Test, Category(TestCategories.Soak)]
    public async Task A_type_that_fails_for_good_is_named_as_missing_and_the_others_are_promoted()
    {
        using var folder = new TemporaryFolder();
        await using var flts = Start(
            folder, rows: 600, new Dictionary<string, string>(Stations.SmallModels) { ["Models:GRU:input_len"] = "900" });
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        var ended = await flts.WaitForEndAsync(await flts.StartPipelineAsync(new JsonObject { ["dataset"] = "station" }));

        Assert.That(ended["status"]!.GetValue<string>(), Is.EqualTo("promoted"), ended.ToJsonString());
        var missing = ended["attempt"]!["missing"]!.AsArray();
        Assert.That(missing.Select(m => m!["model_type"]!.GetValue<string>()), Is.EqualTo(new[] { "GRU" }));
        Assert.That(missing[0]!["reason"]!.GetValue<string>(), Does.Contain("rows"), "the reason says what is lacking");
    }

    [Test, Category(TestCategories.Soak)]
    public async Task A_source_that_cannot_be_read_ends_the_pipeline_failed_with_file_row_and_column()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["datasets"]);
        await File.WriteAllTextAsync(
            Path.Combine(folder["datasets"], "broken.csv"), "time,down\n2026-01-05 00:00:00,1\nyesterday,2\n2026-01-05 00:04:00,3\n");
        await using var flts = Start(folder, rows: 100);
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        var ended = await flts.WaitForEndAsync(await flts.StartPipelineAsync(new JsonObject { ["dataset"] = "broken" }));

        Assert.That(ended["status"]!.GetValue<string>(), Is.EqualTo("failed"));
        Assert.That(ended["error"]!.GetValue<string>(), Does.Contain("broken.csv").And.Contain("row 3").And.Contain("time"));
    }

    [Test]
    public async Task The_command_line_ends_with_0_and_prints_the_scoreboard_but_not_what_to_do_with_a_server_that_stops()
    {
        using var folder = new TemporaryFolder();
        Stations.Write(folder["datasets"], "station", 600);
        await using var flts = FltsProcess.Start(new FltsStart
        {
            Data = folder["data"],
            Settings = Stations.SmallModels,
            Arguments = ["--datasets", folder["datasets"], "--pipeline", "station", "--sample-train-rows", "300", "--exit"],
        });

        Assert.That(await flts.WaitForExitAsync(), Is.EqualTo(0), string.Join('\n', flts.Output.TakeLast(20)));
        Assert.That(flts.Output, Has.Some.Contains("NAIVE"));
        Assert.That(flts.Output, Has.None.Contains("curl -s"));
        Assert.That(flts.Output, Has.Some.Contains("admin.key"));
    }

    private static FltsProcess Start(TemporaryFolder folder, int rows, Dictionary<string, string>? settings = null)
    {
        if (!File.Exists(Path.Combine(folder["datasets"], "station.csv")))
            Stations.Write(folder["datasets"], "station", rows);

        return FltsProcess.Start(new FltsStart
        {
            Data = folder["data"],
            Settings = settings ?? Stations.SmallModels,
            Arguments = ["--datasets", folder["datasets"]],
        });
    }
}
