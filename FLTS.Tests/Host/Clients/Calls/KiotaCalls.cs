using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using Flts.ByKiota;
using Flts.ByKiota.Models;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;
using NUnit.Framework;

/// <summary>What somebody would write who has the client that Kiota makes.</summary>
public static class KiotaCalls
{
    public static async Task MakeAsync(HttpMessageHandler handler, Uri address, string key)
    {
        using var http = KiotaClientFactory.Create(handler);
        http.DefaultRequestHeaders.Add("X-Api-Key", key); // Its ApiKeyAuthenticationProvider takes https only.
        using var adapter = new HttpClientRequestAdapter(new AnonymousAuthenticationProvider(), httpClient: http)
        {
            BaseUrl = address.ToString().TrimEnd('/'),
        };
        var client = new FltsClient(adapter);

        var health = (await client.Healthz.GetAsync())!;
        Assert.That((health.Status, health.ModelReady), Is.EqualTo(("ok", (bool?)true)));

        var datasets = (await client.Datasets.GetAsync(c => c.QueryParameters.Limit = 10))!;
        Assert.That(datasets.Items!.Select(d => d.Name), Has.Member("demo"));

        var pipelines = (await client.Pipelines.GetAsync(c => (c.QueryParameters.Identifier, c.QueryParameters.Limit) = ("demo", 1)))!;
        var pipeline = (await client.Pipelines[pipelines.Items!.Single().PipelineId!].GetAsync())!;
        Assert.That(pipeline.Status, Is.EqualTo(PipelineStatus.Promoted));
        Assert.That(pipeline.Attempt?.Outcome, Is.EqualTo(AttemptOutcome.Promoted));
        Assert.That(pipeline.WaitingFor, Is.Null);

        var champion = (await client.Champions["demo"].GetAsync())!.InForce!;
        Assert.That((champion.Version, champion.Until), Is.EqualTo(((int?)1, (DateTimeOffset?)null)));
        Assert.That(champion.Since, Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromHours(1)));

        var run = (await client.Runs[champion.RunId!].GetAsync())!;
        Assert.That((run.Status, run.Place), Is.EqualTo(((RunStatus?)RunStatus.Succeeded, (RunPlace?)RunPlace.Champion)));
        Assert.That(run.Error, Is.Null);

        var artifacts = client.Runs[champion.RunId!].Artifacts;
        var file = (await artifacts.GetAsync())!.Items!.First(a => a.Path!.Contains('/'));
        using var bytes = new MemoryStream();
        await using (var answer = (await artifacts[file.Path!].GetAsync())!)
            await answer.CopyToAsync(bytes);
        Assert.That(bytes.Length, Is.EqualTo(file.Size));

        var scoreboard = (await client.Scoreboards[pipeline.PipelineId!].GetAsync())!;
        Assert.That(scoreboard.Entries!.Select(e => e.ModelType), Has.Member("NAIVE").And.Member("AR"));

        var forecast = (await client.Predict.PostAsync(
            new PredictBody { Identifier = "demo", InferenceLength = 3, Level = new() { Double = 80 } }))!;
        Assert.That(forecast.Predictions!.Select(p => p.AdditionalData["down"]), Has.Exactly(3).Items.And.All.Not.Null);
        Assert.That(forecast.Intervals!.AdditionalData.Keys, Is.EqualTo(new[] { "80" }));
        Assert.That(forecast.Warnings, Is.Null.Or.Empty);

        var row = new RowBody { AdditionalData = { ["time"] = "2026-02-01 00:00:00", ["down"] = 109934672.0, ["up"] = 1166592.0 } };
        foreach (var column in "rnti_count mcs_down mcs_down_var mcs_up mcs_up_var rb_down rb_down_var rb_up rb_up_var".Split(' '))
            row.AdditionalData[column] = 1.0;
        var appended = (await client.Datasets["demo"].Rows.PostAsync([row], c => c.QueryParameters.DryRun = true))!;
        Assert.That(appended.Appended, Is.EqualTo(1));

        var schedule = (await client.Schedules["kiota"].PutAsync(
            new ScheduleBody { Cron = "0 4 * * *", Zone = "UTC", Pipeline = new PipelineBody { Dataset = "demo" } }))!;
        Assert.That(schedule.Overlap, Is.EqualTo(ScheduleOverlap.Skip));
        Assert.That(schedule.Origin, Is.EqualTo(ScheduleOrigin.Api));
        await client.Schedules["kiota"].DeleteAsync();

        var refused = Assert.ThrowsAsync<ProblemDetails>(() => client.Runs["none"].GetAsync())!;
        Assert.That((refused.ResponseStatusCode, refused.Status), Is.EqualTo((404, (int?)404)));
        Assert.That(refused.Detail, Does.Contain("none"));
    }
}
