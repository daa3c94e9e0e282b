using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Host.Cli;
using FLTS.Modules.Access;
using FLTS.Modules.Registry.Access;
using FLTS.Modules.Registry.Schema;
using FLTS.Tests.Host;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Access;

[TestFixture]
internal sealed class KeysOverHttpTests
{
    private TemporaryFolder _folder = null!;
    private RunningHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _host = await RunningHost.StartAsync("0.0.0.0", folder: _folder).ReadyAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_key_is_told_once_and_kept_as_its_hash_alone()
    {
        var made = await _host.CreateKeyAsync(Roles.Read);
        var (id, key) = (made.Text("id"), made.Text("key"));
        var listed = (await _host.GetAsync("/keys")).Body;
        var row = await _host.App.Services.GetRequiredService<KeyStore>().FindAsync(id, default);

        Assert.That(key, Does.Match($"^flts_{id}_[0-9a-f]{{48}}$"));
        Assert.That(listed["items"]!.AsArray().Select(k => k!["id"]!.GetValue<string>()), Has.Member(id));
        Assert.That(listed.ToJsonString(), Does.Not.Contain(key[^48..]));
        Assert.That(row!.Hash, Is.EqualTo(Secrets.HashOf(key)));
        Assert.That(FilesThatHold(key[^48..]), Is.Empty);
        Assert.That(FilesThatHold(Secrets.HashOf(key)), Is.Not.Empty, "where it is kept was looked at");
    }

    [Test]
    public async Task A_key_that_is_taken_back_counts_no_more_and_says_so_to_who_has_it()
    {
        var made = await _host.CreateKeyAsync(Roles.Train);
        var key = made.Text("key");
        await _host.AskWithAsync(key, HttpMethod.Get, "/runs").ExpectAsync(HttpStatusCode.OK);
        await _host.AskAsync(HttpMethod.Delete, $"/keys/{made.Text("id")}", null).ExpectAsync(HttpStatusCode.NoContent);
        await _host.AskAsync(HttpMethod.Delete, $"/keys/{made.Text("id")}", null).ExpectAsync(HttpStatusCode.NoContent);

        var refused = await _host.AskWithAsync(key, HttpMethod.Get, "/runs");

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(refused.Detail, Does.StartWith($"The key 'of train' ({made.Text("id")}) was taken back at "));
        Assert.That((await ListedAsync(made))["state"]!.GetValue<string>(), Is.EqualTo("revoked"));
    }

    [Test]
    public async Task A_key_counts_until_it_expires()
    {
        var made = await _host.CreateKeyAsync(Roles.Read, DateTimeOffset.UtcNow.AddHours(1));
        var before = await _host.AskWithAsync(made.Text("key"), HttpMethod.Get, "/runs");
        await using (var db = await _host.App.Services.GetRequiredService<IDbContextFactory<RegistryDbContext>>().CreateDbContextAsync())
        {
            var id = made.Text("id");
            await db.ApiKeys.Where(k => k.KeyId == id).ExecuteUpdateAsync(
                set => set.SetProperty(k => k.ExpiresAt, DateTimeOffset.UtcNow.AddSeconds(-1)));
            _host.App.Services.GetRequiredService<KnownKeys>().Forget(id);
        }

        var after = await _host.AskWithAsync(made.Text("key"), HttpMethod.Get, "/runs");

        Assert.That(before.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(after.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(after.Detail, Does.Contain(" expired at "));
    }

    [Test]
    public async Task A_secret_that_is_not_the_one_of_its_id_is_no_key()
    {
        var made = await _host.CreateKeyAsync(Roles.Admin);
        var other = made.Text("key")[..^1] + (made.Text("key")[^1] == '0' ? '1' : '0');

        var refused = await _host.AskWithAsync(other, HttpMethod.Get, "/keys");

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(refused.Detail, Does.Contain("needs the role 'admin'"), "nothing is told of the key that it is not");
    }

    [TestCase("""{"name": "x"}""", "'role' is ''")]
    [TestCase("""{"role": "root"}""", "'role' is 'root'; it must be one of read, predict, train, promote, admin")]
    [TestCase("""{"role": "read,root"}""", "'role' is 'read,root'")]
    [TestCase("""{"role": "read", "name": " "}""", "'name' must have 1 to 64 characters")]
    [TestCase("""{"role": "read", "expires": "2020-01-01T00:00:00Z"}""", "'expires' is 2020-01-01 00:00:00Z, which is over")]
    public async Task A_key_that_makes_no_sense_is_refused(string body, string sentence)
    {
        var refused = await _host.AskAsync(HttpMethod.Post, "/keys", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(refused.Detail, Does.StartWith(sentence));
    }

    [Test]
    public async Task What_changes_something_is_written_down_with_who_what_and_what_came_of_it()
    {
        var made = await _host.CreateKeyAsync("train,promote");
        var (id, key) = (made.Text("id"), made.Text("key"));
        await _host.AskWithAsync(key, HttpMethod.Post, "/pipelines").ExpectAsync(HttpStatusCode.UnprocessableEntity);
        await _host.AskWithAsync(key, HttpMethod.Post, "/champions/none/rollback?reason=%0a").ExpectAsync(HttpStatusCode.BadRequest);
        await _host.AskWithAsync(key, HttpMethod.Post, "/champions/none/rollback").ExpectAsync(HttpStatusCode.NotFound);
        await _host.AskWithAsync(key, HttpMethod.Post, "/predict");
        await _host.AskWithAsync(key, HttpMethod.Get, "/runs");
        await _host.AskWithAsync(key, HttpMethod.Delete, "/datasets/none").ExpectAsync(HttpStatusCode.Forbidden);

        var audit = (await _host.GetAsync($"/audit?actor={id}").ExpectAsync(HttpStatusCode.OK)).Body["items"]!.AsArray();
        var of = (await _host.GetAsync("/audit?actor=admin")).Body["items"]!.AsArray();

        Assert.That(
            audit.Select(a => $"{a!["actor_name"]} {a["via"]} {a["method"]} {a["path"]} {a["status"]} {a["calls"]}"),
            Is.EqualTo(new[]
            {
                "of train,promote key POST /champions/none/rollback 404 1",
                "of train,promote key POST /pipelines 422 1",
            }));
        Assert.That(audit[0]!["address"]!.GetValue<string>(), Does.Contain("127.0.0.1"));
        Assert.That(of.Select(a => $"{a!["method"]} {a["path"]} {a["status"]}"), Has.Some.EqualTo("POST /keys 201"));
        Assert.That((await _host.GetAsync("/audit?from=2999-01-01T00:00:00Z")).Body["items"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Appends_are_counted_by_key_dataset_and_hour()
    {
        await _host.PutAsync("counted", DatasetClient.Csv(0, 20)).ExpectAsync(HttpStatusCode.Created);
        for (var row = 20; row < 23; row++)
            await _host.AppendAsync("counted", DatasetClient.Csv(row, 1)).ExpectAsync(HttpStatusCode.OK);
        await _host.App.Services.GetRequiredService<AuditTrail>().WriteCountsAsync(default);

        var audit = (await _host.GetAsync("/audit?actor=admin")).Body["items"]!.AsArray()
            .Where(a => a!["path"]!.GetValue<string>() == "/datasets/counted/rows").ToList();

        Assert.That(audit.Sum(a => a!["calls"]!.GetValue<int>()), Is.EqualTo(3));
        Assert.That(audit, Has.Count.LessThanOrEqualTo(2), "one, or two around a full hour");
    }

    [Test]
    public async Task The_command_line_makes_lists_and_takes_back_keys_of_a_server_that_runs()
    {
        string[] where = ["--url", _host.Http.BaseAddress!.AbsoluteUri, "--data", _folder["data"]];
        string[] wanted = ["--role", "read", "--name", "cli", "--expires", "1d", "--json"];
        var made = JsonNode.Parse(await OutputAsync(["key", "create", .. wanted, .. where]))!;
        var id = made["id"]!.GetValue<string>();
        var listed = await OutputAsync(["key", "list", .. where]);
        await OutputAsync(["key", "revoke", id, .. where]);

        Assert.That(listed, Does.Contain(id).And.Contain("cli").And.Contain("valid"));
        Assert.That(
            (await _host.AskWithAsync(made["key"]!.GetValue<string>(), HttpMethod.Get, "/runs")).Status,
            Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public void What_the_command_line_takes_for_an_end_is_told()
    {
        var now = new DateTimeOffset(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

        Assert.That(KeyCommand.ExpiryOf("12h", now), Is.EqualTo(now.AddHours(12)));
        Assert.That(KeyCommand.ExpiryOf("90d", now), Is.EqualTo(now.AddDays(90)));
        Assert.That(KeyCommand.ExpiryOf("2027-01-31T00:00:00Z", now), Is.EqualTo(new DateTimeOffset(2027, 1, 31, 0, 0, 0, TimeSpan.Zero)));
        Assert.That(() => KeyCommand.ExpiryOf("soon", now), Throws.InstanceOf<InvalidInputException>().With.Message.Contains("90d"));
    }

    private async Task<JsonObject> ListedAsync(Answer made) => (await _host.GetAsync("/keys?limit=500")).Body["items"]!.AsArray()
        .Select(k => k!.AsObject()).Single(k => k["id"]!.GetValue<string>() == made.Text("id"));

    private IEnumerable<string> FilesThatHold(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var files = Directory.EnumerateFiles(_folder["data"], "*", SearchOption.AllDirectories);
        foreach (var file in files.Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var read = new MemoryStream();
            stream.CopyTo(read);
            if (read.GetBuffer().AsSpan(0, (int)read.Length).IndexOf(bytes) >= 0)
                yield return file;
        }
    }

    private static async Task<string> OutputAsync(string[] args)
    {
        var before = Console.Out;
        await using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            Assert.That(await CommandLine.RunAsync(args), Is.Zero);
        }
        finally
        {
            Console.SetOut(before);
        }

        return output.ToString();
    }
}
