using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using Flts.ByNSwag;
using NUnit.Framework;

/// <summary>What somebody would write who has the client that NSwag makes.</summary>
public static class NSwagCalls
{
    public static async Task MakeAsync(HttpMessageHandler handler, Uri address, string key)
    {
        using var http = new HttpClient(handler, disposeHandler: false) { BaseAddress = address };
        http.DefaultRequestHeaders.Add("X-Api-Key", key);
        var client = new FltsClient(http);

        var health = await client.GetHealthAsync();
        Assert.That((health.Status, health.Model_ready), Is.EqualTo(("ok", true)));

        var datasets = await client.ListDatasetsAsync(limit: 10, cursor: null);
        Assert.That(datasets.Items.Select(d => d.Name), Has.Member("demo"));

        var pipelines = await client.ListPipelinesAsync(identifier: "demo", status: null, limit: 1, cursor: null);
        var pipeline = await client.GetPipelineAsync(pipelines.Items.Single().Pipeline_id);
        Assert.That(pipeline.Status, Is.EqualTo(PipelineStatus.Promoted));
        Assert.That(pipeline.Attempt?.Outcome, Is.EqualTo(AttemptOutcome.Promoted));
        Assert.That(pipeline.Waiting_for, Is.Null);

        var champion = (await client.GetChampionAsync("demo", as_of: null)).In_force!;
        Assert.That((champion.Version, champion.Until), Is.EqualTo((1, (DateTimeOffset?)null)));
        Assert.That(champion.Since, Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromHours(1)));

        var run = await client.GetRunAsync(champion.Run_id);
        Assert.That((run.Status, run.Place, run.Error), Is.EqualTo((RunStatus.Succeeded, RunPlace.Champion, (string?)null)));

        var file = (await client.ListArtifactsAsync(run.Run_id)).Items.First(a => a.Path.Contains('/'));
        using var bytes = new MemoryStream();
        using (var answer = await client.DownloadArtifactAsync(run.Run_id, file.Path))
            await answer.Stream.CopyToAsync(bytes);
        Assert.That(bytes.Length, Is.EqualTo(file.Size));

        var scoreboard = await client.GetScoreboardAsync(pipeline.Pipeline_id);
        Assert.That(scoreboard.Entries.Select(e => e.Model_type), Has.Member("NAIVE").And.Member("AR"));

        var forecast = await client.PredictAsync(null, new PredictBody { Identifier = "demo", Inference_length = 3, Level = 80 });
        Assert.That(forecast.Predictions.Select(p => p.AdditionalProperties["down"]), Has.Exactly(3).Items.And.All.Not.Null);
        Assert.That(forecast.Intervals!["80"]["down"], Has.Count.EqualTo(3));
        Assert.That(forecast.Warnings, Is.Null.Or.Empty);

        var row = new RowBody { ["time"] = "2026-02-01 00:00:00", ["down"] = "109934672", ["up"] = "1166592" };
        foreach (var column in "rnti_count mcs_down mcs_down_var mcs_up mcs_up_var rb_down rb_down_var rb_up rb_up_var".Split(' '))
            row[column] = null;
        var appended = await client.AppendRowsAsync(
            "demo", null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, dry_run: true, body: [row]);
        Assert.That(appended.Appended, Is.EqualTo(1));

        var schedule = await client.PutScheduleAsync(
            "nswag", new ScheduleBody { Cron = "0 4 * * *", Zone = "UTC", Pipeline = new PipelineBody { Dataset = "demo" } });
        Assert.That((schedule.Overlap, schedule.Origin), Is.EqualTo((ScheduleOverlap.Skip, ScheduleOrigin.Api)));
        await client.DeleteScheduleAsync("nswag");

        var refused = Assert.ThrowsAsync<ApiException<ProblemDetails>>(() => client.GetRunAsync("none"))!;
        Assert.That((refused.StatusCode, refused.Result.Status), Is.EqualTo((404, (int?)404)));
        Assert.That(refused.Result.Detail, Does.Contain("none"));
    }
}
