using System.Net;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using Npgsql;
using NUnit.Framework;

namespace FLTS.Tests.Faults.Servers;

/// <summary>
/// A process that is started with wrong credentials for everything it stands on, and gets the right ones later, in its settings file.
/// </summary>
[TestFixture, Parallelizable, Category(TestCategories.Servers), Category(TestCategories.Slow)]
internal sealed class LateCredentialsTests
{
    private static readonly string[] _parts = ["database", "jobs", "object_store", "bus"];
    private ServerSet _servers = null!;

    [SetUp]
    public void Prepare() => _servers = OwnServers.Take();

    [TearDown]
    public void CleanUp() => OwnServers.Return(_servers);

    [Test, Category(TestCategories.Soak)]
    public async Task What_is_refused_is_named_until_the_right_credentials_come_and_then_work_begins_without_a_restart()
    {
        using var folder = new TemporaryFolder();
        using var file = new SettingsFile();
        Stations.Write(folder["datasets"], "station", 400);
        var environment = await _servers.SettingsAsync();
        var right = Take(environment);
        file.Write(Credentials(
            new NpgsqlConnectionStringBuilder(right.Database) { Username = "nobody_yet" }.ConnectionString,
            new UriBuilder(right.Bus) { UserName = "nobody", Password = "yet" }.Uri,
            "not the secret",
            right.AccessKey));
        environment["ASPNETCORE_ENVIRONMENT"] = file.Environment;
        await using var flts = FltsProcess.Start(new FltsStart
        {
            Data = folder["data"],
            Settings = Story.Settings(),
            Environment = environment,
            Arguments = ["--datasets", folder["datasets"]],
        });
        await flts.WaitUntilAliveAsync();
        await flts.UseAdminKeyAsync();

        var parts = await flts.WaitForAsync("a reason for every part that is missing", async () =>
        {
            using var answer = await flts.Http.GetAsync(new Uri("/readyz", UriKind.Relative));
            var said = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["parts"]!.AsObject();
            return answer.StatusCode == HttpStatusCode.ServiceUnavailable && _parts.All(p => said[p]?["reason"] is not null) ? said : null;
        });
        Assert.That(parts["database"]!["reason"]!.GetValue<string>(), Does.Contain("nobody_yet"));
        Assert.That(parts["object_store"]!["reason"]!.GetValue<string>(), Does.Contain("refuses"));
        Assert.That(parts["bus"]!["reason"]!.GetValue<string>(), Does.Contain("ACCESS_REFUSED"));
        Assert.That(
            flts.Logs.Select(l => l["event"]?.GetValue<string>()).Where(e => e is not null), Is.Empty, "nothing of a module has begun");

        file.Write(Credentials(right.Database, right.Bus, right.SecretKey, right.AccessKey));
        await Story.CheckAsync(flts, await Story.BeginAsync(flts), leastTries: 0, told: "");
    }

    private static (string Database, Uri Bus, string AccessKey, string SecretKey) Take(Dictionary<string, string> environment)
    {
        return (
            Remove("Database__ConnectionString"),
            new Uri(Remove("Bus__RabbitMq__Uri")),
            Remove("Storage__S3__AccessKey"),
            Remove("Storage__S3__SecretKey"));

        string Remove(string name) =>
            environment.Remove(name, out var value) ? value : throw new InvalidOperationException($"{name} is not set.");
    }

    private static object Credentials(string database, Uri bus, string secretKey, string accessKey) => new
    {
        Database = new { ConnectionString = database },
        Bus = new { RabbitMq = new { Uri = bus.ToString() } },
        Storage = new { S3 = new { AccessKey = accessKey, SecretKey = secretKey } },
    };
}
