using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using FLTS.Modules.Access;
using FLTS.Tests.Host;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Access;

/// <summary>
/// What somebody who may do everything could reach by a text that is none: files elsewhere, other servers, the database's language, lines
/// of the log. Every place of every endpoint is tried, so that a new one cannot be forgotten.
/// </summary>
[TestFixture, Parallelizable]
internal sealed class EveryPlaceTests
{
    private const string Escaped = "escaped-from-here", Planted = "GET /planted";

    private readonly HttpClient _caller = new();
    private TemporaryFolder _folder = null!;
    private RunningHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        await MigratedDatabases.PlaceSqliteAsync(_folder["data"]);
        var settings = new Dictionary<string, string?> { ["Requests:PerSecond"] = "0", ["Datasets:Folder"] = _folder["datasets"] };
        _host = await RunningHost.StartAsync("0.0.0.0", settings, Plant, _folder).ReadyAsync();
        await _host.PutAsync("demo", DatasetClient.Csv(0, 300)).ExpectAsync(HttpStatusCode.Created);
        using var body = new StringContent("""{"dataset": "demo", "model_types": ["NAIVE"]}""", null, "application/json");
        await _host.AskAsync(HttpMethod.Post, "/pipelines", body).ExpectAsync(HttpStatusCode.Accepted);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _host.DisposeAsync();
        _caller.Dispose();
        _folder.Dispose();
    }

    [TestCase("/../../../../../../../../etc/passwd")]
    [TestCase("..\\..\\keys/../" + Escaped)]
    public async Task No_name_leads_to_a_file_elsewhere(string name)
    {
        var filled = await new EveryPlace(_host).FillAsync(name, except: Planted);

        Assert.That(Failed(filled), Is.Empty);
        Assert.That(filled.Where(f => f.Text.Contains("root:x:0:", StringComparison.Ordinal)), Is.Empty);
        Assert.That(filled.Where(f => f.Text.Contains(_host.Key, StringComparison.Ordinal)), Is.Empty);
        var around = Directory.EnumerateFiles(Path.GetDirectoryName(_folder.Path)!);
        Assert.That(FilesOf(_folder.Path).Concat(around), Has.None.Contains(Escaped));
    }

    [TestCase("..")]
    [TestCase("../x")]
    [TestCase("/x")]
    [TestCase("x/y")]
    [TestCase("x\\y")]
    [TestCase("C:")]
    [TestCase(".x")]
    [TestCase("x y")]
    [TestCase("x\n")]
    [TestCase("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task An_identifier_or_a_schedule_is_called_by_a_name(string name)
    {
        var json = JsonValue.Create(name).ToJsonString();
        using var order = new StringContent($$"""{"dataset": "demo", "identifier": {{json}} }""", null, "application/json");
        using var schedule = new StringContent("""{"cron": "0 3 * * *", "pipeline": {"dataset": "demo"}}""", null, "application/json");
        var (ordered, scheduled) = (
            await _host.AskAsync(HttpMethod.Post, "/pipelines", order),
            await _host.AskAsync(HttpMethod.Put, $"/schedules/{Uri.EscapeDataString(name)}", schedule));

        Assert.That(ordered.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(ordered.Detail, Does.Contain("is not allowed; it must start with a letter or digit and hold at most 64 letters"));
        Assert.That((int)scheduled.Status, Is.AnyOf(400, 404, 405, 422), "where a browser would go up, there is nothing");
    }

    [TestCase("..%2f..%2f..%2fkeys%2fadmin.key")]
    [TestCase("%2e%2e%2f%2e%2e%2fmanifest.json")]
    [TestCase("%2fetc%2fpasswd")]
    [TestCase("..%5cmanifest.json")]
    [TestCase("naive/../manifest.json%2f..")]
    public async Task Of_a_run_no_file_is_read_but_those_that_it_lists(string path)
    {
        JsonNode? run = null;
        for (var i = 0; i < 1200 && run?["status"]?.GetValue<string>() != "succeeded"; i++)
        {
            await Task.Delay(50);
            run = (await _host.GetAsync("/runs?model_type=NAIVE&limit=500")).Body["items"]!.AsArray()
                .LastOrDefault(r => r!["status"]!.GetValue<string>() == "succeeded");
        }

        Assert.That(run, Is.Not.Null, "a run that succeeded");
        var files = $"/runs/{run!["run_id"]!.GetValue<string>()}/artifacts";
        await _host.GetAsync($"{files}/manifest.json").ExpectAsync(HttpStatusCode.OK);
        var answer = await _host.GetAsync($"{files}/{path}").ExpectAsync(HttpStatusCode.NotFound);

        Assert.That(answer.Detail, Does.Contain(" has no artifact "));
    }

    [Test]
    public async Task No_text_becomes_a_part_of_a_query()
    {
        const string Text = "1.x' OR '1'='1'; DROP TABLE runs; --"; // It begins as a cursor does.
        var filled = await new EveryPlace(_host).FillAsync(Text, except: Planted);

        Assert.That(Failed(filled), Is.Empty);
        Assert.That((await _host.GetAsync("/runs").ExpectAsync(HttpStatusCode.OK)).Body["items"]!.AsArray(), Is.Not.Empty);
        var filtered = filled.Where(f => f.IsFiltered).ToList();
        Assert.That(filtered, Has.Count.AtLeast(5));
        var itself = JsonValue.Create(Text).ToJsonString();
        foreach (var list in filtered)
            Assert.That(list.Items.Select(i => i!.ToJsonString()), Is.All.Contains(itself), $"{list}");
    }

    [Test]
    public async Task No_address_that_a_client_gives_is_called() =>
        Assert.That(await CallersAsync(_host), Is.Zero);

    [Test]
    public async Task An_endpoint_that_calls_what_it_is_told_to_is_found() =>
        Assert.That(await CallersAsync(_host, Planted), Is.Positive);

    [Test]
    public async Task No_text_makes_a_line_of_the_log_or_of_an_answer_s_head()
    {
        const string Forged = "forged-by-a-client";
        var text = $"a\r\n{{\"@t\":\"2026-01-01T00:00:00Z\",\"@m\":\"{Forged}\"}}\r\nX-Forged: 1\u001b[2J";

        var filled = await new EveryPlace(_host).FillAsync(text, except: Planted);

        Assert.That(Failed(filled), Is.Empty);
        var lines = FilesOf(_folder["data/logs"]).SelectMany(LinesOf).Select(l => JsonNode.Parse(l)!).ToList();
        Assert.That(lines, Has.Count.AtLeast(10), "each is JSON");
        Assert.That(lines.Where(l => l["@m"]?.GetValue<string>() == Forged), Is.Empty);
    }

    [TestCase("Host=localhost")]
    [TestCase("X-Forwarded-For=127.0.0.1;X-Forwarded-Host=localhost;X-Forwarded-Proto=http")]
    [TestCase("Forwarded=for=127.0.0.1;host=localhost")]
    [TestCase("X-Real-IP=127.0.0.1;X-Original-Host=localhost")]
    [TestCase("X-Original-URL=/healthz;X-Rewrite-URL=/healthz")]
    [TestCase("X-Http-Method-Override=GET")]
    public async Task No_header_makes_somebody_elsewhere_a_caller_of_this_machine(string headers)
    {
        foreach (var (method, path) in new[] { (HttpMethod.Get, "/runs"), (HttpMethod.Post, "/pipelines"), (HttpMethod.Delete, "/keys/a") })
        {
            using var request = new HttpRequestMessage(method, path);
            foreach (var header in headers.StartsWith("Forwarded", StringComparison.Ordinal) ? [headers] : headers.Split(';'))
                request.Headers.TryAddWithoutValidation(header.Split('=')[0], header.Split('=', 2)[1]);
            using var answer = await _host.Http.SendAsync(request);

            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), $"{method} {path}");
        }
    }

    [Test]
    public async Task Every_call_that_is_to_change_something_is_written_down()
    {
        var changing = Endpoint.Of(_host).Where(e => e.Changes && e.Role is not (Roles.Open or Roles.Read or Roles.Predict)).ToList();
        foreach (var endpoint in changing)
        {
            using var body = new StringContent("{}", null, "application/json");
            await _host.AskAsync(new HttpMethod(endpoint.Method), endpoint.Path, body);
        }

        await _host.App.Services.GetRequiredService<AuditTrail>().WriteCountsAsync(default);
        var audit = (await _host.GetAsync("/audit?limit=500")).Body["items"]!.AsArray()
            .Select(a => $"{a!["method"]} {a["path"]}").ToHashSet();

        Assert.That(changing, Has.Count.AtLeast(20));
        Assert.That(
            changing.Select(e => $"{e.Method} {e.Path}").Where(call => !audit.Contains(call)),
            Is.EqualTo(new[] { "POST /datasets/preview" }),
            "it looks at what is sent and keeps nothing");
    }

    [TestCase("/runs", 200)]
    [TestCase("/runs/none", 404)]
    [TestCase("/nothing", 404)]
    [TestCase("/promotions?limit=x", 400)]
    [TestCase("/predict/none", 404)]
    [TestCase("/metrics", 200)]
    [TestCase("/demo.csv", 200)]
    [TestCase("/ui/stations", 200)]
    [TestCase("/scalar/", 200)]
    public async Task No_browser_takes_an_answer_for_another_kind_of_file(string path, int status)
    {
        using var answer = await _host.SendAsync(HttpMethod.Get, path, withKey: true);

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
        Assert.That(answer.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
    }

    /// <summary>What must not be there.</summary>
    private void Plant(WebApplication app) => app.MapGet(Planted.Split(' ')[1], async (string from) =>
    {
        using var answer = await _caller.GetAsync(new Uri(from));
        return "ok";
    }).RequireRole(Roles.Read);

    private static IEnumerable<Filled> Failed(IEnumerable<Filled> filled) => filled.Where(f =>
        f.Status is >= 500 or 401 or 403 or 429 && !(f.Status == 503 && f.Text.Contains("No model", StringComparison.Ordinal))).Take(5);

    private static IEnumerable<string> FilesOf(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories);

    private static List<string> LinesOf(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    /// <summary>How many came to an address that stood in every place.</summary>
    private static async Task<int> CallersAsync(RunningHost host, string? only = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var came = 0;
        var listening = ListenAsync();
        await new EveryPlace(host).FillAsync($"http://{listener.LocalEndpoint}/somewhere", only, Planted);
        listener.Stop();
        await listening;
        return came;

        async Task ListenAsync()
        {
            try
            {
                while (true)
                {
                    using var caller = await listener.AcceptTcpClientAsync();
                    came++;
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It listens no more.
            }
        }
    }
}
