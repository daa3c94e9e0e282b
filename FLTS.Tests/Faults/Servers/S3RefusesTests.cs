using System.Net;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using FLTS.Tests.TestKit.Servers;
using NUnit.Framework;

namespace FLTS.Tests.Faults.Servers;

/// <summary>The fault that ended the system before this one, replayed on PostgreSQL, RabbitMQ and S3.</summary>
[TestFixture, Parallelizable, Category(TestCategories.Servers), Category(TestCategories.Slow)]
internal sealed class S3RefusesTests
{
    private const string Refused = "refuses";
    private TemporaryFolder _folder = null!;
    private ServerSet _servers = null!;
    private CephServer _ceph = null!;
    private Dictionary<string, string> _environment = null!;

    [SetUp]
    public async Task PrepareAsync()
    {
        _folder = new TemporaryFolder();
        _servers = OwnServers.Take();
        Stations.Write(_folder["datasets"], "station", 600);
        _environment = await _servers.SettingsAsync();
        _ceph = await _servers.Ceph;
    }

    [TearDown]
    public void CleanUp()
    {
        OwnServers.Return(_servers);
        _folder.Dispose();
    }

    [Test, Category(TestCategories.Soak)]
    public async Task A_server_that_refuses_the_upload_and_then_the_verification_delays_the_promotion_and_repeats_nothing()
    {
        var start = Start("data", _environment, epochs: 25);
        await using var flts = FltsProcess.Start(start);
        var id = await Story.BeginAsync(flts);
        await using (var installation = RegistryUnderTest.Beside(start))
        await using (await installation.HoldAsync(id))
        {
            await Story.WaitUntilFittingAsync(flts, id);
            await _ceph.StopAsync();
            var runs = await Story.WaitUntilStoringAsync(flts, id);
            Assert.That(
                runs.Count(r => Story.Text(r, "status") == "storing"),
                Is.GreaterThanOrEqualTo(2),
                "the nets were still training when the store was lost");
            await _ceph.StartAsync();
            await Story.WaitUntilTrainedAsync(flts, id);
            await _ceph.StopAsync();
        }

        await Story.WaitUntilBlockedAsync(flts, id);
        await _ceph.StartAsync();

        await Story.CheckAsync(flts, id, leastTries: 4, told: Refused);
        var tries = (await Story.AttemptsAsync(flts)).Single()["tries"]!.AsArray().Select(t => t!["error"]!.GetValue<string>()).ToList();
        Assert.That(
            tries.Count(t => t.Contains("was put off", StringComparison.Ordinal)), Is.GreaterThanOrEqualTo(2), "refused uploads are told");
        Assert.That(
            tries.Count(t => !t.Contains("was put off", StringComparison.Ordinal)),
            Is.GreaterThanOrEqualTo(2),
            "refused verifications are told");
    }

    [Test]
    public async Task An_evaluator_of_its_own_whose_credentials_are_wrong_twice_promotes_with_the_right_ones_and_without_a_restart()
    {
        using var file = new SettingsFile();
        file.WriteCredentials(_ceph.AccessKey, "not the secret");
        var own = new Dictionary<string, string>(_environment) { ["ASPNETCORE_ENVIRONMENT"] = file.Environment };
        own.Remove("Storage__S3__AccessKey");
        own.Remove("Storage__S3__SecretKey");
        var start = Start("data", _environment);
        string[] others = ["Preprocessing", "Gru", "Lstm", "Prophet", "References", "Inference", "Pipeline"];
        await using var evaluator = FltsProcess.Start(Start("evaluator", Enable(own, "Evaluation")));
        await using var flts = FltsProcess.Start(start with { Environment = Enable(_environment, others) });
        var id = await Story.BeginAsync(flts);
        await evaluator.WaitUntilAliveAsync();
        await evaluator.UseAdminKeyAsync();
        await Story.WaitUntilTrainedAsync(flts, id);

        // Wrong at start: it says so, and takes nothing into its hands.
        using (var answer = await evaluator.Http.GetAsync(new Uri("/readyz", UriKind.Relative)))
        {
            var part = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["parts"]!["object_store"]!;
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(part["reason"]!.GetValue<string>(), Does.Contain(Refused));
        }

        Assert.That(await Story.AttemptsAsync(flts), Is.Empty);

        // Right for a moment, while somebody else has the pipeline, and wrong again when it begins.
        await using (var installation = RegistryUnderTest.Beside(start))
        await using (await installation.HoldAsync(id))
        {
            file.WriteCredentials(_ceph.AccessKey, _ceph.SecretKey);
            await evaluator.WaitUntilReadyAsync();
            file.WriteCredentials(_ceph.AccessKey, "no longer the secret");
            await evaluator.WaitForAsync("an evaluator whose store refuses", async () =>
            {
                using var answer = await evaluator.Http.GetAsync(new Uri("/readyz", UriKind.Relative));
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable ? "refused" : null;
            });
        }

        await Story.WaitUntilBlockedAsync(flts, id);
        file.WriteCredentials(_ceph.AccessKey, _ceph.SecretKey);

        await Story.CheckAsync(flts, id, leastTries: 2, told: Refused);
        Assert.That(evaluator.HasExited, Is.False);
    }

    private static Dictionary<string, string> Enable(Dictionary<string, string> environment, params string[] modules)
    {
        var more = new Dictionary<string, string>(environment);
        for (var i = 0; i < modules.Length; i++)
            more[$"Modules__Enabled__{i}"] = modules[i];

        return more;
    }

    private FltsStart Start(string data, Dictionary<string, string> environment, int epochs = 2) =>
        new()
        {
            Data = _folder[data],
            Settings = Story.Settings(epochs),
            Environment = environment,
            Arguments = ["--datasets", _folder["datasets"]],
        };
}
