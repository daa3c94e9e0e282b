using System.Net;
using FLTS.Host.Hosting;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture, Parallelizable]
internal sealed class ReadinessTests
{
    [Test]
    public async Task With_all_parts_there_the_process_is_ready_and_the_gate_open()
    {
        await using var host = await RunningHost.StartAsync();
        var ready = await UntilAsync(host, HttpStatusCode.OK);

        Assert.That(ready["status"]!.GetValue<string>(), Is.EqualTo("ok"));
        Assert.That(
            ready["parts"]!.AsObject().Select(p => p.Key),
            Is.EquivalentTo(new[] { "data_folder", "database", "object_store", "bus" }));
        await Gate(host).WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task A_broker_that_is_away_is_named_with_the_reason_and_nothing_begins()
    {
        await using var host = await RunningHost.StartAsync(settings: new Dictionary<string, string?>
        {
            ["Bus:Transport"] = "rabbitmq",
            ["Bus:RabbitMq:Uri"] = $"amqp://nobody:secret@127.0.0.1:{FreePort.Next()}/",
        });
        var ready = await UntilAsync(
            host, HttpStatusCode.ServiceUnavailable, r => State(r, "bus") == "unavailable" && State(r, "database") == "ok");
        using var alive = await host.SendAsync(HttpMethod.Get, "/healthz");

        Assert.That(ready["parts"]!["bus"]!["reason"]!.GetValue<string>(), Does.Contain("refused").And.Not.Contain("secret"));
        Assert.That(alive.StatusCode, Is.EqualTo(HttpStatusCode.OK), "the process lives");
        Assert.That(Gate(host).IsCompleted, Is.False);
    }

    [Test]
    public async Task The_process_starts_and_says_so_while_PostgreSQL_is_away()
    {
        await using var host = await RunningHost.StartAsync(settings: new Dictionary<string, string?>
        {
            ["Database:Provider"] = "postgres",
            ["Database:ConnectionString"] = $"Host=127.0.0.1;Port={FreePort.Next()};Username=flts;Password=secret;Database=flts",
            ["Jobs:Storage"] = "postgres",
        });
        var ready = await UntilAsync(
            host, HttpStatusCode.ServiceUnavailable, r => State(r, "jobs") == "unavailable" && State(r, "database") == "unavailable");

        Assert.That(State(ready, "object_store"), Is.EqualTo("ok"), "one that is away hides no other");
        Assert.That(ready["parts"]!["database"]!["reason"]!.GetValue<string>(), Does.Contain("127.0.0.1").And.Not.Contain("secret"));
        Assert.That(Gate(host).IsCompleted, Is.False);
    }

    [Test]
    public async Task A_part_that_comes_back_opens_the_gate_without_a_restart()
    {
        using var folder = new TemporaryFolder();
        var root = folder["objects"];
        await File.WriteAllTextAsync(root, "a file where the folder should be");
        await using var host = await RunningHost.StartAsync(
            settings: new Dictionary<string, string?> { ["Storage:Root"] = root }, folder: folder);
        await UntilAsync(host, HttpStatusCode.ServiceUnavailable, r => State(r, "object_store") == "unavailable");
        File.Delete(root);
        await UntilAsync(host, HttpStatusCode.OK);

        await Gate(host).WaitAsync(TimeSpan.FromSeconds(10));
    }

    [TestCase(0, 0, false, "models are being looked for", TestName = "Before_anybody_looked_for_models_a_process_that_serves_is_not_ready")]
    [TestCase(0, 1, false, "no model loaded although one was promoted", TestName = "While_the_first_model_loads_it_is_not_ready")]
    [TestCase(0, 0, true, "ok", TestName = "Where_nothing_was_promoted_it_is_ready")]
    [TestCase(1, 2, false, "ok", TestName = "With_a_model_it_is_ready")]
    public void A_process_that_was_ready_is_not_called_unready_for_a_model_that_comes(int loaded, int promoted, bool looked, string status)
    {
        var parts = new Dictionary<string, PartState> { ["database"] = new("ok", null) };

        var ready = Health.Judge(parts, works: true, [new Serving(loaded, promoted, looked)]);

        Assert.That(ready.Status, Is.EqualTo(status));
    }

    [TestCase(0, "unavailable")]
    [TestCase(1, "degraded")]
    public void A_part_that_is_away_leaves_who_serves_in_rotation(int loaded, string status)
    {
        var parts = new Dictionary<string, PartState> { ["database"] = new("unavailable", null) };

        var ready = Health.Judge(parts, works: false, [new Serving(loaded, 1, true)]);

        Assert.That((ready.Status, ready.Degraded), Is.EqualTo((status, new[] { "database" })));
    }

    private sealed record Serving(int Loaded, int Promoted, bool HasLooked) : IServingState
    {
        public IReadOnlyDictionary<Identifier, string> Refused => new Dictionary<Identifier, string>();

        public int Waiting => 0;

        public Task Settled => HasLooked ? Task.CompletedTask : new TaskCompletionSource().Task;
    }

    private static Task Gate(RunningHost host) => host.App.Services.GetRequiredService<IStartupGate>().OpenedAsync(CancellationToken.None);

    private static string State(JsonObject ready, string part) => ready["parts"]![part]!["state"]!.GetValue<string>();

    private static async Task<JsonObject> UntilAsync(RunningHost host, HttpStatusCode status, Func<JsonObject, bool>? condition = null)
    {
        var last = "no answer";
        for (var tries = 0; tries < 300; tries++)
        {
            using var answer = await host.SendAsync(HttpMethod.Get, "/readyz", withKey: true);
            var ready = await RunningHost.JsonAsync(answer);
            last = $"{(int)answer.StatusCode} {ready.ToJsonString()}";
            if (answer.StatusCode == status && (condition is null || condition(ready)))
                return ready;

            await Task.Delay(100);
        }

        throw new AssertionException($"/readyz never told what was expected; at last: {last}");
    }
}
