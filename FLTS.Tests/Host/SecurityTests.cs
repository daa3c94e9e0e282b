using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FLTS.Host.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture, Parallelizable]
internal sealed class SecurityTests
{
    // What is told without an end is not waited for.
    private const HttpCompletionOption Heads = HttpCompletionOption.ResponseHeadersRead;

    private RunningHost _loopback = null!;
    private RunningHost _anywhere = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _loopback = await RunningHost.StartAsync(map: MapBare);
        _anywhere = await RunningHost.StartAsync("0.0.0.0", map: MapBare);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _loopback.DisposeAsync();
        await _anywhere.DisposeAsync();
    }

    [Test]
    public async Task Bound_to_loopback_what_reads_or_forecasts_is_open_and_all_else_needs_the_key()
    {
        foreach (var (method, path, role) in Endpoints(_loopback))
        {
            using var answer = await _loopback.SendAsync(method, path, content: Body(method), until: Heads);
            var isOpen = role is Roles.Open or Roles.Read or Roles.Predict;
            Assert.That(
                answer.StatusCode == HttpStatusCode.Unauthorized,
                Is.EqualTo(!isOpen),
                $"{method} {path} (role {role}) answered {(int)answer.StatusCode}");
        }
    }

    [Test]
    public async Task Bound_elsewhere_everything_but_liveness_readiness_and_signing_in_needs_the_key()
    {
        foreach (var (method, path, role) in Endpoints(_anywhere))
        {
            using var without = await _anywhere.SendAsync(method, path, content: Body(method), until: Heads);
            using var with = await _anywhere.SendAsync(method, path, withKey: true, Body(method), until: Heads);

            Assert.That(
                without.StatusCode == HttpStatusCode.Unauthorized,
                Is.EqualTo(role != Roles.Open),
                $"{method} {path} without a key answered {(int)without.StatusCode}");
            Assert.That(with.StatusCode, Is.Not.EqualTo(HttpStatusCode.Unauthorized), $"{method} {path} with the key");
        }
    }

    [Test]
    public async Task An_endpoint_that_says_nothing_needs_admin()
    {
        using var without = await _loopback.SendAsync(HttpMethod.Get, "/bare");
        using var with = await _loopback.SendAsync(HttpMethod.Get, "/bare", withKey: true);

        Assert.That(without.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await without.Content.ReadAsStringAsync(), Does.Contain("'admin'").And.Contain("X-Api-Key"));
        Assert.That(with.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("rebound.example:8080", 401)]
    [TestCase("localhost", 200)]
    [TestCase("[::1]:8080", 200)]
    public async Task On_loopback_what_is_open_is_open_to_loopback_names_only(string host, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/runs") { Headers = { Host = host } };
        using var answer = await _loopback.Http.SendAsync(request);

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
    }

    [Test]
    public void A_key_that_is_set_and_can_be_guessed_is_refused_at_start() => Assert.That(
        async () => await RunningHost.StartAsync(settings: new Dictionary<string, string?> { ["Security:AdminKey"] = "short" }),
        Throws.Exception.With.Message.Contains("Security:AdminKey has 5 characters"));

    [Test]
    public async Task A_wrong_key_is_no_key()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/bare");
        request.Headers.Add(Security.Header, _loopback.Key + "0");
        using var answer = await _loopback.Http.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task The_key_as_a_password_reads_and_opens_the_dashboard_and_changes_nothing()
    {
        using var runs = await PasswordAsync(HttpMethod.Get, "/runs");
        using var dashboard = await PasswordAsync(HttpMethod.Get, "/hangfire");
        using var start = await PasswordAsync(HttpMethod.Post, "/pipelines");

        Assert.That(runs.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(dashboard.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(start.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), "browsers send passwords with requests of other sites");
    }

    [TestCase("/hangfire")]
    [TestCase("/scalar")]
    [TestCase("/ui/stations")]
    [TestCase("/")]
    public async Task A_browser_is_asked_for_the_password_of(string path)
    {
        using var answer = await _anywhere.SendAsync(HttpMethod.Get, path);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answer.Headers.WwwAuthenticate.ToString(), Does.StartWith("Basic"));
    }

    [Test]
    public async Task What_is_not_there_is_told_to_those_who_may_read()
    {
        using var known = await _loopback.SendAsync(HttpMethod.Get, "/nothing");
        using var stranger = await _anywhere.SendAsync(HttpMethod.Get, "/nothing");

        Assert.That(known.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(stranger.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task The_made_key_is_kept_for_its_owner_alone_and_found_again()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder["data"], "keys", "admin.key");
        string first;
        await using (var host = await RunningHost.StartAsync(folder: folder))
        {
            first = host.Key;
            Assert.That(host.App.Services.GetRequiredService<AdminKey>().IsNew);
        }

        await using var again = await RunningHost.StartAsync(folder: folder);

        Assert.That(again.Key, Is.EqualTo(first));
        Assert.That(again.App.Services.GetRequiredService<AdminKey>().IsNew, Is.False, "it is printed once");
        Assert.That((await File.ReadAllTextAsync(file)).Trim(), Is.EqualTo(first));
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task The_setting_overrides_the_made_key()
    {
        using var folder = new TemporaryFolder();
        await using var host = await RunningHost.StartAsync(
            settings: new Dictionary<string, string?> { ["Security:AdminKey"] = "chosen-by-an-operator" }, folder: folder);

        Assert.That(host.Key, Is.EqualTo("chosen-by-an-operator"));
        Assert.That(Directory.Exists(Path.Combine(folder["data"], "keys")), Is.False, "no second key lies about");
    }

    [TestCase("http://127.0.0.1:8080", true)]
    [TestCase("http://localhost:8080", true)]
    [TestCase("http://[::1]:8080", true)]
    [TestCase("http://0.0.0.0:8080", false)]
    [TestCase("http://[::]:8080", false)]
    [TestCase("http://+:8080", false)]
    [TestCase("http://*:8080", false)]
    [TestCase("http://192.168.1.4:8080", false)]
    [TestCase("http://127.0.0.1.example.com:8080", false)]
    [TestCase("http://unix:/tmp/flts.sock", false)]
    public void An_address_is_loopback_only_if_it_surely_is(string url, bool expected) =>
        Assert.That(Security.IsLoopback(url), Is.EqualTo(expected));

    [Test]
    public async Task Who_guesses_keys_is_not_listened_to_for_a_while_whatever_key_comes_next()
    {
        await using var host = await RunningHost.StartAsync("0.0.0.0", map: MapBare);
        for (var i = 0; i < KeyGuesses.Most; i++)
        {
            using var wrong = await KeyAsync(host, $"{host.Key}{i}");
            Assert.That(wrong.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), $"guess {i}");
        }

        using var more = await KeyAsync(host, host.Key + "x");
        using var right = await KeyAsync(host, host.Key);
        using var without = await host.SendAsync(HttpMethod.Get, "/healthz");

        Assert.That(more.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(more.Headers.RetryAfter!.Delta, Is.InRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)));
        Assert.That(right.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests), "else trying goes on");
        Assert.That(without.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public void Wrong_keys_are_forgiven_with_time_and_others_do_not_pay_for_them()
    {
        var clock = new Clock();
        var guesses = new KeyGuesses(clock);
        var (one, other, sameNetwork) = (IPAddress.Parse("2001:db8::1"), IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::9:1"));
        for (var i = 0; i < KeyGuesses.Most; i++)
            guesses.Failed(one);

        Assert.That(guesses.MustWait(one), Is.Not.Null);
        Assert.That(guesses.MustWait(sameNetwork), Is.Not.Null);
        Assert.That(guesses.MustWait(other), Is.Null);
        clock.Now += guesses.MustWait(one)!.Value;
        Assert.That(guesses.MustWait(one), Is.Null);
        guesses.Failed(one);
        Assert.That(guesses.MustWait(one), Is.Not.Null, "one more, not ten more");
    }

    [TestCase("127.0.0.1")]
    [TestCase("0.0.0.0")]
    public async Task What_this_machine_is_connected_with_is_told_to_those_who_show_a_key(string bind)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["objects"], "a file where the folder should be");
        await using var host = await RunningHost.StartAsync(
            bind, new Dictionary<string, string?> { ["Storage:Root"] = folder["objects"] }, folder: folder);
        string known, stranger;
        do
        {
            using var with = await host.SendAsync(HttpMethod.Get, "/readyz", withKey: true);
            using var without = await host.SendAsync(HttpMethod.Get, "/readyz");
            (known, stranger) = (await with.Content.ReadAsStringAsync(), await without.Content.ReadAsStringAsync());
        }
        while (!known.Contains("unavailable", StringComparison.Ordinal) || known.Contains("starting", StringComparison.Ordinal));

        Assert.That(known, Does.Contain(folder.Path));
        Assert.That(stranger, Does.Contain("object_store").And.Contain("unavailable").And.Not.Contain(folder.Path));
    }

    [Test]
    public async Task A_part_that_is_away_is_told_without_hosts_and_folders_to_those_who_show_no_key()
    {
        using var folder = new TemporaryFolder();
        await using var host = await RunningHost.StartAsync(
            settings: new Dictionary<string, string?> { ["Storage:Root"] = folder["objects"] }, folder: folder).ReadyAsync();
        Directory.Delete(folder["objects"], recursive: true);
        using var with = await host.SendAsync(HttpMethod.Get, "/datasets/none", withKey: true);
        using var without = await host.SendAsync(HttpMethod.Get, "/datasets/none");
        var (known, stranger) = (await with.Content.ReadAsStringAsync(), await without.Content.ReadAsStringAsync());

        Assert.That(new[] { with.StatusCode, without.StatusCode }, Is.All.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(known, Does.Contain(folder.Path));
        Assert.That(stranger, Does.Contain("/readyz").And.Not.Contain(folder.Path));
    }

    private static async Task<HttpResponseMessage> KeyAsync(RunningHost host, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/bare");
        request.Headers.Add(Security.Header, key);
        return await host.Http.SendAsync(request);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private static void MapBare(WebApplication app) => app.MapGet("/bare", () => "ok");

    private async Task<HttpResponseMessage> PasswordAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path) { Content = Body(method) };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"anyone:{_anywhere.Key}")));
        return await _anywhere.Http.SendAsync(request);
    }

    /// <summary>Every endpoint there is, so that a new one cannot be forgotten here.</summary>
    private static IEnumerable<(HttpMethod Method, string Path, string Role)> Endpoints(RunningHost host) =>
        from endpoint in host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        let path = "/"
            + string.Join(
                '/',
                endpoint.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p =>
                    p is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal ? literal.Content : "none"))))
        select (new HttpMethod(method), path, endpoint.Metadata.GetMetadata<RequiredRole>()?.Role ?? Roles.Admin);

    private static StringContent? Body(HttpMethod method) =>
        method == HttpMethod.Get || method == HttpMethod.Head ? null : new StringContent("{}", Encoding.UTF8, "application/json");
}
