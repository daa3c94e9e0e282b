using System.Net;
using FLTS.Modules.Access;
using FLTS.Modules.Registry.Access;
using FLTS.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Access;

/// <summary>What a session is tried with by those whose it is not.</summary>
[TestFixture, Parallelizable]
internal sealed class SessionAttackTests
{
    private RunningHost _host = null!;
    private BrowserRequest _browser = null!;
    private string _cookie = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync("0.0.0.0").ReadyAsync();
        _browser = new BrowserRequest(_host);
        _cookie = await _browser.SignInAsync(_host.Key);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _browser.Dispose();
        await _host.DisposeAsync();
    }

    [Test]
    public async Task The_cookie_is_for_this_server_and_no_script_and_its_secret_is_kept_as_a_hash()
    {
        using var answer = await _browser.SendAsync(HttpMethod.Post, "/session", null, BrowserRequest.Ours, new { key = _host.Key });
        var set = answer.Headers.GetValues("Set-Cookie").Single();
        var secret = BrowserRequest.CookieOf(answer)!.Split('=')[1];
        var row = await _host.App.Services.GetRequiredService<SessionStore>().FindAsync(Secrets.HashOf(secret), default);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(
            set,
            Is.EqualTo($"flts_session_{_host.Http.BaseAddress!.Port}={secret}; max-age=604800; path=/; samesite=strict; httponly"));
        Assert.That(secret, Does.Match("^[0-9a-f]{64}$"), "32 random bytes");
        Assert.That(row!.KeyProof, Is.Not.Null.And.Not.Contains(secret));
    }

    [Test]
    public async Task Under_tls_the_cookie_goes_nowhere_else_and_nobody_else_can_set_it()
    {
        var headers = new Dictionary<string, string> { ["Sec-Fetch-Site"] = "same-origin", ["Origin"] = "https://flts.example" };
        using var answer = await _browser.SendAsync(HttpMethod.Post, "/session", null, headers, new { key = _host.Key });

        Assert.That(answer.Headers.GetValues("Set-Cookie").Single(), Does.StartWith("__Host-flts_session_").And.Contains("; secure;"));
    }

    [TestCase("GET /runs", 200)]
    [TestCase("GET /ui/stations", 200)]
    [TestCase("GET /hangfire", 200)]
    [TestCase("GET /scalar/", 200)]
    [TestCase("GET /keys", 200)]
    public async Task The_session_opens(string what, int status)
    {
        Assert.That(await _browser.StatusAsync(HttpMethod.Get, what.Split(' ')[1], _cookie), Is.EqualTo(status));
        Assert.That(await _browser.StatusAsync(HttpMethod.Get, what.Split(' ')[1]), Is.EqualTo(401), "and nothing else does");
    }

    [TestCase("/hangfire")]
    [TestCase("/scalar/")]
    [TestCase("/ui/stations")]
    public async Task What_a_session_opens_cannot_be_framed_by_another_page(string path)
    {
        using var answer = await _browser.SendAsync(HttpMethod.Get, path, _cookie);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.Contain("frame-ancestors 'none'"));
        Assert.That(answer.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
    }

    [TestCase("Sec-Fetch-Site=same-origin;X-Flts-Page=1", true)]
    [TestCase("Origin=OWN;X-Flts-Page=1", true)]
    [TestCase("Sec-Fetch-Site=same-origin", false, TestName = "A_command_by_cookie(no header of ours)")]
    [TestCase("Origin=OWN", false, TestName = "A_command_by_cookie(own origin, no header of ours)")]
    [TestCase("X-Flts-Page=1", false, TestName = "A_command_by_cookie(no word of whose page it is)")]
    [TestCase("Sec-Fetch-Site=cross-site;X-Flts-Page=1", false)]
    [TestCase("Sec-Fetch-Site=same-site;Origin=OWN;X-Flts-Page=1", false, TestName = "A_command_by_cookie(another port of this host)")]
    [TestCase("Sec-Fetch-Site=none;X-Flts-Page=1", false)]
    [TestCase("Origin=http://127.0.0.1:1;X-Flts-Page=1", false, TestName = "A_command_by_cookie(another port, an old browser)")]
    [TestCase("Origin=https://elsewhere.example;X-Flts-Page=1", false)]
    [TestCase("Origin=null;X-Flts-Page=1", false)]
    [TestCase("Referer=OWN/ui;X-Flts-Page=1", false)]
    public async Task A_command_by_cookie(string said, bool counts)
    {
        var headers = said.Split(';').Select(h => h.Split('=', 2)).ToDictionary(h => h[0], h => h[1]);

        Assert.That(await _browser.StatusAsync(HttpMethod.Post, "/promote", _cookie, headers), Is.EqualTo(counts ? 422 : 403));
        Assert.That(
            await _browser.StatusAsync(HttpMethod.Delete, "/keys/none", _cookie, headers), Is.EqualTo(counts ? 404 : 403));
    }

    [TestCase("Sec-Fetch-Site=same-origin", 204)]
    [TestCase("Origin=OWN", 204)]
    [TestCase("Sec-Fetch-Site=same-site", 403)]
    [TestCase("Origin=http://127.0.0.1:1", 403)]
    [TestCase("X-Flts-Page=1", 403)]
    public async Task A_form_of_the_jobs_pages_counts_from_the_same_origin_alone(string said, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hangfire/jobs/succeeded/requeue")
        {
            Content = new FormUrlEncodedContent([new("jobs[]", "none")]),
        };
        request.Headers.Add("Cookie", _cookie);
        var (name, value) = (said.Split('=')[0], said.Split('=', 2)[1]);
        request.Headers.TryAddWithoutValidation(name, value.Replace("OWN", _browser.Own, StringComparison.Ordinal));
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = _host.Http.BaseAddress };
        using var answer = await http.SendAsync(request);

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task A_session_ends_with_its_key_and_by_signing_out()
    {
        var made = await _host.CreateKeyAsync(Roles.Read);
        var (one, other) = (await _browser.SignInAsync(made.Text("key")), await _browser.SignInAsync(made.Text("key")));
        var out_ = await _browser.StatusAsync(HttpMethod.Delete, "/session", one, BrowserRequest.Ours);
        var (signedOut, still) = (await ReadAsync(one), await ReadAsync(other));
        await _host.AskAsync(HttpMethod.Delete, $"/keys/{made.Text("id")}", null).ExpectAsync(HttpStatusCode.NoContent);

        Assert.That((out_, signedOut, still), Is.EqualTo((204, 401, 200)));
        Assert.That(await ReadAsync(other), Is.EqualTo(401));
    }

    [Test]
    public async Task A_session_of_a_role_may_what_its_key_may()
    {
        var cookie = await _browser.SignInAsync((await _host.CreateKeyAsync(Roles.Read)).Text("key"));

        Assert.That(await ReadAsync(cookie), Is.EqualTo(200));
        Assert.That(await _browser.StatusAsync(HttpMethod.Post, "/promote", cookie, BrowserRequest.Ours), Is.EqualTo(403));
        Assert.That(await _browser.StatusAsync(HttpMethod.Get, "/hangfire", cookie), Is.EqualTo(403));
    }

    [Test]
    public async Task A_cookie_that_somebody_else_chose_is_not_taken_on()
    {
        var chosen = $"{_cookie.Split('=')[0]}={new string('a', 64)}";
        var theirs = await _browser.SignInAsync((await _host.CreateKeyAsync(Roles.Read)).Text("key"));
        var (afterChosen, afterTheirs) = (await _browser.SignInAsync(_host.Key, chosen), await _browser.SignInAsync(_host.Key, theirs));

        Assert.That(new[] { afterChosen, afterTheirs }, Has.None.EqualTo(chosen).And.None.EqualTo(theirs));
        Assert.That(await ReadAsync(chosen), Is.EqualTo(401));
        Assert.That(await ReadAsync(theirs), Is.EqualTo(401), "the session that was planted has ended");
        Assert.That(await ReadAsync(afterTheirs), Is.EqualTo(200));
    }

    [Test]
    public async Task A_link_signs_in_the_first_of_many_who_show_it()
    {
        var link = await _host.AskAsync(HttpMethod.Post, "/keys/link", null).ExpectAsync(HttpStatusCode.Created);
        var token = link.Text("token");
        var statuses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            _browser.StatusAsync(HttpMethod.Post, "/session", null, BrowserRequest.Ours, new { token })));

        Assert.That(statuses.Count(s => s == 204), Is.EqualTo(1));
        Assert.That(statuses.Where(s => s != 204), Is.All.EqualTo(401));
        Assert.That(link.Text("path"), Is.EqualTo($"/ui/sign-in#{token}"));
        Assert.That(await ReadAsync($"{_cookie.Split('=')[0]}={token}"), Is.EqualTo(401), "a link is no session");
    }

    [TestCase("Origin", "https://elsewhere.example")]
    [TestCase("Sec-Fetch-Site", "cross-site")]
    public async Task Another_site_signs_nobody_in(string header, string value)
    {
        var headers = new Dictionary<string, string> { [header] = value, ["Origin"] = "https://elsewhere.example" };

        Assert.That(
            await _browser.StatusAsync(HttpMethod.Post, "/session", null, headers, new { key = _host.Key }), Is.EqualTo(403));
    }

    [Test]
    public async Task Signing_in_is_written_down()
    {
        var made = await _host.CreateKeyAsync(Roles.Read);
        await _browser.SignInAsync(made.Text("key"));

        var audit = (await _host.GetAsync($"/audit?actor={made.Text("id")}")).Body["items"]!.AsArray();

        Assert.That(
            audit.Select(a => $"{a!["via"]} {a["method"]} {a["path"]} {a["status"]}"), Is.EqualTo(new[] { "key POST /session 204" }));
    }

    [Test]
    public async Task Keys_are_not_found_by_signing_in_with_one_after_the_other_from_made_up_addresses()
    {
        await using var host = await RunningHost.StartAsync("0.0.0.0").ReadyAsync();
        using var browser = new BrowserRequest(host);
        var statuses = new List<int>();
        for (var i = 0; i < 12; i++)
        {
            var headers = new Dictionary<string, string>
            {
                ["X-Forwarded-For"] = $"198.51.100.{i}",
                ["X-Forwarded-Host"] = "localhost",
                ["Forwarded"] = $"for=198.51.100.{i};host=localhost",
            };
            statuses.Add(await browser.StatusAsync(HttpMethod.Post, "/session", null, headers, new { key = $"{host.Key}{i}" }));
        }

        Assert.That(statuses, Is.EqualTo(Enumerable.Repeat(401, 10).Concat([429, 429])));
        using var right = await browser.SendAsync(HttpMethod.Post, "/session", null, null, new { key = host.Key });
        Assert.That((int)right.StatusCode, Is.EqualTo(429));
        Assert.That(right.Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public async Task On_loopback_what_is_open_is_not_open_to_pages_of_other_sites()
    {
        await using var host = await RunningHost.StartAsync();
        using var browser = new BrowserRequest(host);
        foreach (var (origin, status) in new[]
        {
            ("http://elsewhere.example", 403), ("http://127.0.0.1:1", 403), ("null", 403), ("OWN", 422),
        })
        {
            var headers = new Dictionary<string, string> { ["Origin"] = origin };
            var answered = await browser.StatusAsync(HttpMethod.Post, "/predict", null, headers, new { inference_length = -1 });
            Assert.That(answered, Is.EqualTo(status), origin);
        }
    }

    private Task<int> ReadAsync(string cookie) => _browser.StatusAsync(HttpMethod.Get, "/runs", cookie);
}
