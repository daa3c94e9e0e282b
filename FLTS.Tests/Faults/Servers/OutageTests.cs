using System.Net;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using NUnit.Framework;

namespace FLTS.Tests.Faults.Servers;

/// <summary>Servers that go away in the middle of a pipeline and come back.</summary>
[TestFixture, Parallelizable, Category(TestCategories.Servers), Category(TestCategories.Slow)]
internal sealed class OutageTests
{
    private TemporaryFolder _folder = null!;
    private ServerSet _servers = null!;
    private FltsStart _start = null!;

    [SetUp]
    public async Task PrepareAsync()
    {
        _folder = new TemporaryFolder();
        _servers = OwnServers.Take();
        Stations.Write(_folder["datasets"], "station", 600);
        _start = new FltsStart
        {
            Data = _folder["data"],
            Settings = Story.Settings(epochs: 25),
            Environment = await _servers.SettingsAsync(),
            Arguments = ["--datasets", _folder["datasets"]],
        };
    }

    [TearDown]
    public void CleanUp()
    {
        OwnServers.Return(_servers);
        _folder.Dispose();
    }

    [Test, Category(TestCategories.Soak)]
    public async Task PostgreSQL_that_crashes_again_and_again_ends_no_training_and_the_pipeline_is_promoted_once()
    {
        var postgres = await _servers.Postgres;
        await using var flts = FltsProcess.Start(_start);
        var id = await Story.BeginAsync(flts);

        var restarts = 0;
        var state = await StateAsync(flts, id);
        while (!HasEnded(state))
        {
            if (restarts++ < 6)
                await postgres.RestartAsync();
            await Task.Delay(TimeSpan.FromSeconds(0.7));
            state = await StateAsync(flts, id);
        }

        Assert.That(restarts, Is.GreaterThan(3), "it was away at several steps");
        await Story.CheckAsync(flts, id, leastTries: 0, told: "");
        Assert.That(flts.HasExited, Is.False);
    }

    [Test, Category(TestCategories.Soak)]
    public Task RabbitMQ_that_is_away_for_some_seconds_holds_nothing_up_for_good() => BrokerAwayAsync(TimeSpan.FromSeconds(3));

    [Test, Category(TestCategories.Soak)]
    public Task RabbitMQ_that_is_away_for_a_minute_holds_nothing_up_for_good() => BrokerAwayAsync(TimeSpan.FromMinutes(1));

    [Test, Category(TestCategories.Soak)]
    public async Task S3_that_is_away_for_a_minute_delays_the_promotion_and_repeats_nothing()
    {
        var ceph = await _servers.Ceph;
        await using var flts = FltsProcess.Start(_start);
        var id = await Story.BeginAsync(flts);
        await Story.WaitUntilFittingAsync(flts, id);
        await ceph.StopAsync();
        await Task.Delay(TimeSpan.FromMinutes(1));
        await ceph.StartAsync();

        await Story.CheckAsync(flts, id, leastTries: 2, told: "refuses");
    }

    private static bool HasEnded(JsonObject state) =>
        Story.Text(state, "status") is "promoted" or "kept_champion" or "below_baseline" or "superseded" or "cancelled" or "failed";

    /// <summary>Waits out the answers that tell of the outage.</summary>
    private static Task<JsonObject> StateAsync(FltsProcess flts, string pipelineId) =>
        flts.WaitForAsync("a database that answers", async () =>
        {
            using var response = await flts.Http.GetAsync(new Uri($"/pipelines/{pipelineId}", UriKind.Relative));
            var text = await response.Content.ReadAsStringAsync();
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                return null;

            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
            return JsonNode.Parse(text)!.AsObject();
        });

    private async Task BrokerAwayAsync(TimeSpan away)
    {
        var rabbit = await _servers.RabbitMq;
        await using var flts = FltsProcess.Start(_start);
        var id = await Story.BeginAsync(flts);
        await Story.WaitUntilFittingAsync(flts, id);
        await rabbit.StopAsync();
        await flts.WaitForAsync("a broker that is said to be away", async () =>
        {
            using var response = await flts.Http.GetAsync(new Uri("/readyz", UriKind.Relative));
            var ready = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            if (ready["parts"]!.AsObject().All(p => p.Value!["state"]!.GetValue<string>() == "ok"))
                return null;

            // What a message would wake is looked for in the rows: this process does its work.
            Assert.That(
                (response.StatusCode, ready["status"]!.GetValue<string>()),
                Is.EqualTo((HttpStatusCode.OK, "degraded")),
                ready.ToJsonString());
            return ready;
        }, TimeSpan.FromSeconds(30));
        await Task.Delay(away);
        await rabbit.StartAsync();

        await Story.CheckAsync(flts, id, leastTries: 0, told: "");
    }
}
