using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

/// <summary>
/// What must be true of the loop on whichever parts it runs: the same checks on the embedded default and on PostgreSQL, RabbitMQ and S3.
/// </summary>
internal static class WholeLoop
{
    private static readonly string[] _types = ["GRU", "LSTM", "PROPHET"];

    public static async Task CheckAsync(FltsProcess flts, string dataset)
    {
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        var id = await flts.StartPipelineAsync(new JsonObject { ["dataset"] = dataset });
        var ended = await flts.WaitForEndAsync(id);
        Assert.That(ended["status"]!.GetValue<string>(), Is.EqualTo("promoted"), ended.ToJsonString());

        await CheckBoardAsync(flts, id);
        await CheckForecastsAsync(flts);
        await CheckIdentityAsync(flts, dataset, id);
    }

    private static async Task CheckBoardAsync(FltsProcess flts, string pipelineId)
    {
        var board = await flts.GetAsync($"/scoreboards/{pipelineId}");
        var entries = board["entries"]!.AsArray();
        Assert.That(
            entries.Where(e => e!["kind"]!.GetValue<string>() == "candidate").Select(e => e!["model_type"]!.GetValue<string>()),
            Is.EquivalentTo(_types));
        Assert.That(
            entries.Any(e => e!["kind"]!.GetValue<string>() == "reference" && e["model_type"]!.GetValue<string>() == "NAIVE"),
            "NAIVE stands on the board");
        foreach (var entry in entries.Where(e => e!["not_applicable"] is null))
        {
            foreach (var metric in new[] { "score", "rmse", "mae", "mse", "r2", "skill" })
                Assert.That(double.IsFinite(entry![metric]!.GetValue<double>()), $"{metric} of {entry["model_type"]}");

            Assert.That(
                entry!["per_target"]!["down"]!["original"]!["rmse"]!.GetValue<double>(),
                Is.GreaterThan(1e6),
                "errors in original units are of the size of the traffic");
        }

        var promotions = (await flts.GetAsync("/promotions"))["items"]!.AsArray();
        Assert.That(promotions.Count(p => p!["outcome"]!.GetValue<string>() == "promoted"), Is.EqualTo(1), promotions.ToJsonString());
    }

    private static async Task CheckForecastsAsync(FltsProcess flts)
    {
        var loaded = await flts.WaitForModelAsync();
        var targets = loaded["targets"]!.AsArray().Select(t => t!.GetValue<string>()).ToList();
        Assert.That(targets, Has.Count.EqualTo(11));

        var newest = await flts.PostAsync("/predict", []);
        Assert.That(newest["predictions"]!.AsArray(), Has.Count.EqualTo(1));

        var answer = await flts.PostAsync("/predict", new JsonObject { ["data"] = Payloads.Rows(targets, 30), ["inference_length"] = 10 });
        var rows = answer["predictions"]!.AsArray();
        Assert.That(rows, Has.Count.EqualTo(10));
        Assert.That(rows[0]!["ts"]!.GetValue<string>(), Is.EqualTo("2026-02-01T01:00:00"), "the step after the last row sent");
        foreach (var target in targets)
            Assert.That(rows.Select(r => r![target]!.GetValue<double>()), Is.All.Matches<double>(double.IsFinite), target);

        Assert.That(
            rows.Select(r => r!["down"]!.GetValue<double>()),
            Is.All.InRange(0, 2e9),
            "down is of plausible size, in original units");

        await RefusedAsync(flts, Payloads.Without(targets, "up"), "lacks the column up");
        await RefusedAsync(flts, Payloads.Rows(targets, 3), "rows");
        await RefusedAsync(flts, Payloads.WithText(targets, "down"), "data.down");
    }

    private static async Task RefusedAsync(FltsProcess flts, JsonObject data, string expected)
    {
        var problem = await flts.PostAsync("/predict", new JsonObject { ["data"] = data }, HttpStatusCode.UnprocessableEntity);
        Assert.That(problem["detail"]!.GetValue<string>(), Does.Contain(expected));
    }

    private static async Task CheckIdentityAsync(FltsProcess flts, string dataset, string pipelineId)
    {
        var before = await RunsAsync(flts);
        var hash = (await flts.GetAsync($"/pipelines/{pipelineId}"))["config_hash"]!.GetValue<string>();

        Assert.That(
            await flts.StartPipelineAsync(new JsonObject { ["dataset"] = dataset }),
            Is.EqualTo(pipelineId),
            "the same request is the same pipeline");
        Assert.That(await RunsAsync(flts), Is.EquivalentTo(before), "and trains nothing");
        await flts.WaitForEventAsync("train_skip_duplicate");

        var tuned = await flts.PostAsync(
            "/pipelines",
            new JsonObject { ["dataset"] = dataset, ["training"] = new JsonObject { ["GRU"] = new JsonObject { ["seed"] = 5 } } },
            HttpStatusCode.Accepted);
        Assert.That(tuned["config_hash"]!.GetValue<string>(), Is.EqualTo(hash), "a training option leaves the data as it is");
        Assert.That(await RunsAsync(flts), Has.Count.EqualTo(before.Count + 1), "and is one new run");
        await flts.WaitForEndAsync(tuned["pipeline_id"]!.GetValue<string>());

        var other = await flts.PostAsync(
            "/pipelines",
            new JsonObject
            {
                ["dataset"] = dataset,
                ["model_types"] = new JsonArray("NAIVE"),
                ["preprocessing"] = new JsonObject { ["scaler"] = "Standard" },
            },
            HttpStatusCode.Accepted);
        Assert.That(other["config_hash"]!.GetValue<string>(), Is.Not.EqualTo(hash), "a preprocessing option is other data");
        await flts.WaitForEndAsync(other["pipeline_id"]!.GetValue<string>());
    }

    private static async Task<List<string>> RunsAsync(FltsProcess flts) =>
        [.. (await flts.GetAsync("/runs"))["items"]!.AsArray().Select(r => r!["run_id"]!.GetValue<string>())];
}
