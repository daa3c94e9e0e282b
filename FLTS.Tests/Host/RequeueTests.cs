using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using Hangfire;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture, Parallelizable]
internal sealed class RequeueTests
{
    [Test]
    public async Task A_finished_job_requeued_in_the_dashboard_is_the_command_rerun()
    {
        using var folder = new TemporaryFolder();
        Stations.Write(folder["datasets"], "station", 300);
        var settings = new Dictionary<string, string?> { ["Datasets:Folder"] = folder["datasets"], ["Pipeline:DemoOnEmpty"] = "false" };
        await using var host = await RunningHost.StartAsync(settings: settings);
        while (true)
        {
            using var ready = await host.SendAsync(HttpMethod.Get, "/readyz");
            if (ready.IsSuccessStatusCode)
                break;
            await Task.Delay(50);
        }

        using var started = await host.SendAsync(
            HttpMethod.Post,
            "/pipelines",
            withKey: true,
            JsonContent.Create(new JsonObject { ["dataset"] = "station", ["model_types"] = new JsonArray("NAIVE") }));
        var id = (await RunningHost.JsonAsync(started))["pipeline_id"]!.GetValue<string>();
        var run = RunOf(await EndAsync(host, id, times: 1));

        var training = await RequeueAsync(host, StepNames.Train, run);
        var second = RunOf(await EndAsync(host, id, times: 2));
        var evaluation = await RequeueAsync(host, StepNames.Evaluate, id);
        await EndAsync(host, id, times: 3);

        Assert.That(second, Is.Not.EqualTo(run));
        Assert.That((training.Name, training.Reason), Is.EqualTo((DeletedState.StateName, $"Run again as run {second}.")));
        Assert.That((evaluation.Name, evaluation.Reason), Is.EqualTo((DeletedState.StateName, $"Run again as pipeline {id}.")));
    }

    /// <summary>What the dashboard does, with the client it uses.</summary>
    private static async Task<StateData> RequeueAsync(RunningHost host, string step, string id)
    {
        var (storage, services) = (host.App.Services.GetRequiredService<JobStorage>(), host.App.Services);
        var monitoring = storage.GetMonitoringApi();
        string? job = null;
        for (var tries = 0; job is null; tries++)
        {
            Assert.That(tries, Is.LessThan(1200), $"no {step} of {id} has ended");
            await Task.Delay(50); // Its row tells the end before its job does.
            job = monitoring.SucceededJobs(0, 100)
                .Select(j => (j.Key, j.Value.Job))
                .Concat(monitoring.DeletedJobs(0, 100).Select(j => (j.Key, j.Value.Job)))
                .FirstOrDefault(j => (string)j.Job.Args[0] == step && (string)j.Job.Args[1] == id).Key;
        }

        services.GetRequiredService<IBackgroundJobClientFactory>()
            .GetClient(storage)
            .ChangeState(job, new EnqueuedState { Reason = "Triggered via Dashboard UI" });
        return storage.GetConnection().GetStateData(job);
    }

    private static async Task<JsonObject> EndAsync(RunningHost host, string id, int times)
    {
        while (true)
        {
            using var attempts = await host.SendAsync(HttpMethod.Get, "/promotions", withKey: true);
            var ended = (await RunningHost.JsonAsync(attempts))["items"]!.AsArray().Count(a => a!["ended_at"] is not null);
            using var answer = await host.SendAsync(HttpMethod.Get, $"/pipelines/{id}", withKey: true);
            var pipeline = await RunningHost.JsonAsync(answer);
            if (ended == times && pipeline["ended_at"] is not null)
                return pipeline;

            await Task.Delay(50);
        }
    }

    private static string RunOf(JsonObject pipeline) => pipeline["runs"]![0]!["run_id"]!.GetValue<string>();
}
