using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using NUnit.Framework;

namespace FLTS.Tests.Faults.Servers;

/// <summary>Many who want to promote at the same time, on PostgreSQL, RabbitMQ and S3.</summary>
[TestFixture, Parallelizable, Category(TestCategories.Servers), Category(TestCategories.Slow)]
internal sealed class ExactlyOnceTests
{
    private TemporaryFolder _folder = null!;
    private ServerSet _servers = null!;
    private Dictionary<string, string> _environment = null!;

    [SetUp]
    public async Task PrepareAsync()
    {
        _folder = new TemporaryFolder();
        _servers = OwnServers.Take();
        _environment = await _servers.SettingsAsync();
    }

    [TearDown]
    public void CleanUp()
    {
        OwnServers.Return(_servers);
        _folder.Dispose();
    }

    [Test, Category(TestCategories.Soak)]
    public async Task Two_evaluators_in_two_processes_promote_every_pipeline_once()
    {
        string[] stations = ["station-a", "station-b", "station-c"];
        foreach (var station in stations)
            Stations.Write(_folder["datasets"], station, 400);
        await using var evaluator = FltsProcess.Start(Start("evaluator", "Evaluation"));
        await using var flts = FltsProcess.Start(Start("data"));
        await flts.WaitUntilReadyAsync();
        await evaluator.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();

        var pipelines = await Task.WhenAll(stations.Select(s =>
            flts.StartPipelineAsync(new JsonObject { ["dataset"] = s, ["model_types"] = new JsonArray("NAIVE", "EWMA", "GRU") })));
        foreach (var id in pipelines)
            Assert.That(Story.Text(await flts.WaitForEndAsync(id), "status"), Is.EqualTo("promoted"));

        var attempts = await Story.AttemptsAsync(flts);
        Assert.That(
            attempts.Select(a => (Story.Text(a, "pipeline_id"), Story.Text(a, "outcome"))),
            Is.EquivalentTo(pipelines.Select(p => (p, "promoted"))));
        var champions = (await flts.GetAsync("/champions"))["items"]!.AsArray();
        Assert.That(
            champions.Select(c => (c!["identifier"]!.GetValue<string>(), c["history"]!.AsArray().Count)),
            Is.EquivalentTo(stations.Select(s => (s, 1))));
        Assert.That(flts.Events("promotion_decision").Count + evaluator.Events("promotion_decision").Count, Is.EqualTo(stations.Length));
    }

    [Test, Category(TestCategories.Soak)]
    public async Task Fifty_requests_at_once_with_the_same_and_with_other_keys_promote_once_and_all_agree()
    {
        // Trained while nobody evaluates; then an evaluator without a Reconciler, so that only requests promote.
        Stations.Write(_folder["datasets"], "station", 400);
        string id;
        await using (var trainers = FltsProcess.Start(Start("data", "Preprocessing", "Gru", "References", "Pipeline")))
        {
            await trainers.WaitUntilReadyAsync();
            await trainers.UseAdminKeyAsync();
            id = await trainers.StartPipelineAsync(
                new JsonObject { ["dataset"] = "station", ["model_types"] = new JsonArray("NAIVE", "EWMA", "GRU") });
            await Story.WaitUntilTrainedAsync(trainers, id);
        }

        await using var flts = FltsProcess.Start(Start("evaluator", "Evaluation", "Inference"));
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/promote", UriKind.Relative))
            {
                Content = JsonContent.Create(new { pipeline_id = id }),
            };
            request.Headers.Add("Idempotency-Key", i % 2 == 0 ? "the same" : $"key-{i}");
            using var response = await flts.Http.SendAsync(request);
            return (Status: (int)response.StatusCode, Body: await response.Content.ReadAsStringAsync());
        }));

        Assert.That(answers.Where(a => a.Status >= 300), Is.Empty);
        var bodies = answers.Select(a => JsonNode.Parse(a.Body)!.AsObject()).ToList();
        var promoted = (await Story.AttemptsAsync(flts)).Where(a => Story.Text(a, "outcome") == "promoted").ToList();
        Assert.That(promoted, Has.Count.EqualTo(1));
        Assert.That(
            bodies.Select(b => (Story.Text(b["attempt"]!.AsObject(), "attempt_id"), Story.Text(b["attempt"]!.AsObject(), "outcome")))
                .Distinct(),
            Is.EqualTo(new[] { (Story.Text(promoted[0], "attempt_id"), "promoted") }),
            "all answers tell of the one promotion");
        var champion = (await flts.GetAsync("/champions"))["items"]!.AsArray().Single()!;
        Assert.That(champion["in_force"]!["version"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(champion["history"]!.AsArray(), Has.Count.EqualTo(1));
    }

    /// <param name="data">Folder of a process of its own.</param>
    /// <param name="modules">What runs in it; none: all.</param>
    private FltsStart Start(string data, params string[] modules)
    {
        var environment = new Dictionary<string, string>(_environment);
        for (var i = 0; i < modules.Length; i++)
            environment[$"Modules__Enabled__{i}"] = modules[i];
        return new FltsStart
        {
            Data = _folder[data],
            Settings = Story.Settings(),
            Environment = environment,
            Arguments = ["--datasets", _folder["datasets"]],
        };
    }
}
