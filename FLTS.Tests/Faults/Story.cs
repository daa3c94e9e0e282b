using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using NUnit.Framework;

namespace FLTS.Tests.Faults;

/// <summary>A pipeline that meets a fault, told through the API alone.</summary>
internal static class Story
{
    private static readonly string[] _types = ["GRU", "LSTM", "PROPHET"];

    /// <summary>Small nets, and loops that look often.</summary>
    /// <param name="epochs">2 is quick; 25 leave seconds in which to meet a fault.</param>
    public static Dictionary<string, string> Settings(int epochs = 2) => new(Stations.SmallModels)
    {
        ["Models:GRU:epochs"] = $"{epochs}",
        ["Models:LSTM:epochs"] = $"{epochs}",
        ["Pipeline:ReconcileSeconds"] = "0.5",
        ["Inference:RefreshSeconds"] = "0.5",
    };

    /// <summary>Starts a pipeline of the three models on a small dataset that was written to the hosts' folder of datasets.</summary>
    public static async Task<string> BeginAsync(FltsProcess flts, string dataset = "station")
    {
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        return await flts.StartPipelineAsync(new JsonObject { ["dataset"] = dataset });
    }

    /// <summary>Waits until all runs of a pipeline are as asked.</summary>
    public static Task<List<JsonObject>> WaitForRunsAsync(FltsProcess flts, string pipelineId, string what, Func<JsonObject, bool> all) =>
        flts.WaitForAsync(what, async () =>
        {
            var runs = (await flts.GetAsync($"/pipelines/{pipelineId}"))["runs"]!.AsArray().Select(r => r!.AsObject()).ToList();
            Assert.That(
                runs.Where(r => Text(r, "status") == "failed").Select(r => Text(r, "error")), Is.Empty, "no fault may end a training");
            return runs.Count > 0 && runs.All(all) ? runs : null;
        });

    public static Task<List<JsonObject>> WaitUntilTrainedAsync(FltsProcess flts, string pipelineId) =>
        WaitForRunsAsync(flts, pipelineId, "three succeeded runs", r => Text(r, "status") == "succeeded");

    /// <summary>Every model has its data in memory and computes (or is done): what fails from now on fails at the upload.</summary>
    public static Task<List<JsonObject>> WaitUntilFittingAsync(FltsProcess flts, string pipelineId) =>
        WaitForRunsAsync(
            flts, pipelineId, "three running fits", r => r["epoch"] is not null || Text(r, "status") is "storing" or "succeeded");

    /// <summary>Every model is stored, or trained and was refused by the store.</summary>
    public static Task<List<JsonObject>> WaitUntilStoringAsync(FltsProcess flts, string pipelineId) =>
        WaitForRunsAsync(flts, pipelineId, "runs that wait in storing", r =>
            Text(r, "status") == "succeeded" || (Text(r, "status") == "storing" && r["error"] is not null));

    /// <summary>Waits until a pipeline has been refused that often and says that it waits.</summary>
    public static Task<JsonObject> WaitUntilBlockedAsync(FltsProcess flts, string pipelineId, int tries = 2) =>
        flts.WaitForAsync("a blocked pipeline", async () =>
        {
            var attempt = (await AttemptsAsync(flts)).SingleOrDefault(a => Text(a, "pipeline_id") == pipelineId);
            var state = await flts.GetAsync($"/pipelines/{pipelineId}");
            return attempt?["tries"]!.AsArray().Count >= tries && Text(state, "status") == "blocked" ? state : null;
        });

    /// <summary>Promoted by itself, nothing trained twice, and one attempt that tells what happened.</summary>
    /// <param name="flts">A host with all modules but perhaps Evaluation.</param>
    /// <param name="pipelineId">The pipeline.</param>
    /// <param name="leastTries">Refusals that the attempt must tell of.</param>
    /// <param name="told">In each of their errors.</param>
    /// <param name="mayRepeat">Where even what was trained could not be kept: a second attempt is no fault.</param>
    public static async Task CheckAsync(FltsProcess flts, string pipelineId, int leastTries, string told, bool mayRepeat = false)
    {
        var ended = await flts.WaitForEndAsync(pipelineId);
        Assert.That(Text(ended, "status"), Is.EqualTo("promoted"), ended.ToJsonString());
        Assert.That(ended["waiting_for"], Is.Null, "a pipeline that has ended waits for nothing");

        var runs = (await flts.GetAsync("/runs"))["items"]!.AsArray().Select(r => r!.AsObject()).ToList();
        Assert.That(
            runs.Select(r =>
                (
                    Text(r, "model_type"),
                    Text(r, "status"),
                    r["generation"]!.GetValue<int>(),
                    mayRepeat ? 1 : r["attempt"]!.GetValue<int>())),
                Is.EquivalentTo(_types.Select(t => (t, "succeeded", 0, 1))),
            $"each type is trained once; {string.Join("; ", runs.Select(r => Text(r, "error")))}");

        var attempt = (await AttemptsAsync(flts)).Single();
        var tries = attempt["tries"]!.AsArray();
        Assert.That(Text(attempt, "outcome"), Is.EqualTo("promoted"), attempt.ToJsonString());
        Assert.That(tries, Has.Count.GreaterThanOrEqualTo(leastTries), attempt.ToJsonString());
        Assert.That(tries.Select(t => t!["error"]!.GetValue<string>()), Is.All.Contains(told));
        Assert.That(tries.Select(t => t!["at"]!.GetValue<DateTimeOffset>()), Is.Ordered);
        Assert.That(attempt["ended_at"]!.GetValue<DateTimeOffset>(), Is.GreaterThan(attempt["created_at"]!.GetValue<DateTimeOffset>()));

        var model = await flts.WaitForModelAsync();
        Assert.That(Text(model.AsObject(), "run_id"), Is.EqualTo(Text(attempt, "selected_run_id")));
        var answer = await flts.PostAsync("/predict", []);
        Assert.That(answer["predictions"]!.AsArray(), Has.Count.EqualTo(1));
    }

    public static async Task<List<JsonObject>> AttemptsAsync(FltsProcess flts) =>
        [.. (await flts.GetAsync("/promotions"))["items"]!.AsArray().Select(a => a!.AsObject())];

    public static string? Text(JsonObject item, string name) => item[name]?.GetValue<string>();
}
