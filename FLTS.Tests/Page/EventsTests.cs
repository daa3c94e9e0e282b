using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using FLTS.Host.Hosting;
using FLTS.Tests.Access;
using FLTS.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary><c>GET /events</c>: what changed, heartbeats, its end with the key, and how many may listen.</summary>
[TestFixture, Parallelizable]
internal sealed class EventsTests
{
    private const int Most = 2;

    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(120);

    private RunningHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _host = await RunningHost.StartAsync("0.0.0.0", new Dictionary<string, string?>
    {
        ["Page:MaxEventConnections"] = $"{Most}",
        ["Page:HeartbeatSeconds"] = "0.3",
        ["Pipeline:DemoOnEmpty"] = "false",
    }).ReadyAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public async Task A_file_that_is_stored_and_rows_that_come_are_told_by_kind_name_and_revision_and_nothing_else_is()
    {
        using var listener = await Listener.StartAsync(_host, _host.Key);

        Assert.That((await listener.NextAsync()).EventType, Is.EqualTo("heartbeat"), "at once: it is heard from here on");
        await _host.PutAsync("heard", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);
        var stored = await listener.ChangeAsync();
        await _host.AppendAsync("heard", DatasetClient.Csv(60, 1)).ExpectAsync(HttpStatusCode.OK);
        var appended = await listener.ChangeAsync();

        foreach (var change in new[] { stored, appended })
        {
            Assert.That(change.Select(m => m.Key), Is.EqualTo(new[] { "kind", "id", "revision" }));
            Assert.That((change["kind"]!.ToString(), change["id"]!.ToString()), Is.EqualTo(("dataset", "heard")));
        }

        Assert.That(appended["revision"]!.ToString(), Is.Not.EqualTo(stored["revision"]!.ToString()));
    }

    [Test]
    public async Task A_connection_on_which_nothing_is_told_gets_heartbeats()
    {
        using var listener = await Listener.StartAsync(_host, _host.Key);
        await listener.NextAsync();

        Assert.That((await listener.NextAsync()).EventType, Is.EqualTo("heartbeat"));
    }

    [Test]
    public async Task It_ends_with_the_key_and_says_so([Values] bool isSession)
    {
        var made = await _host.CreateKeyAsync(Roles.Read);
        var key = made.Text("key");
        using var browser = new BrowserRequest(_host);
        using var listener = isSession
            ? await Listener.StartAsync(_host, null, await browser.SignInAsync(key))
            : await Listener.StartAsync(_host, key);
        await listener.NextAsync();
        await _host.AskAsync(HttpMethod.Delete, $"/keys/{made.Text("id")}", null).ExpectAsync(HttpStatusCode.NoContent);

        Assert.That(await listener.UntilAsync("end"), Is.True);
        Assert.That(await listener.IsOverAsync(), Is.True);
    }

    [Test]
    public async Task It_ends_when_somebody_signs_out()
    {
        using var browser = new BrowserRequest(_host);
        var cookie = await browser.SignInAsync(_host.Key);
        using var listener = await Listener.StartAsync(_host, null, cookie);
        await listener.NextAsync();
        await browser.StatusAsync(HttpMethod.Delete, "/session", cookie, BrowserRequest.Ours);

        Assert.That(await listener.UntilAsync("end"), Is.True);
    }

    [Test]
    public async Task A_key_has_so_many_connections_and_a_place_is_free_when_one_is_closed()
    {
        var key = (await _host.CreateKeyAsync(Roles.Read)).Text("key");
        var other = (await _host.CreateKeyAsync(Roles.Train)).Text("key");
        using var first = await Listener.StartAsync(_host, key);
        using var second = await Listener.StartAsync(_host, key);

        var refused = await _host.AskWithAsync(key, HttpMethod.Get, "/events");
        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(refused.Detail, Does.StartWith("2 connections to /events are open by this key"));
        using var another = await Listener.StartAsync(_host, other);
        Assert.That(another.Status, Is.EqualTo(HttpStatusCode.OK), "another key has its own");

        first.Dispose();
        for (var tries = 0; ; tries++)
        {
            using var again = await Listener.StartAsync(_host, key);
            if (again.Status == HttpStatusCode.OK)
                break;
            Assert.That(tries, Is.LessThan(100));
            await Task.Delay(50);
        }
    }

    [Test]
    public async Task A_stranger_is_told_nothing()
    {
        using var stranger = await Listener.StartAsync(_host, null);

        Assert.That(stranger.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task A_server_that_stops_does_not_wait_for_who_listens()
    {
        await using var host = await RunningHost.StartAsync(settings: new Dictionary<string, string?>
        {
            ["Pipeline:DemoOnEmpty"] = "false",
        }).ReadyAsync();
        var patience = host.App.Services.GetRequiredService<IOptions<HostOptions>>().Value;
        patience.ShutdownTimeout = 10 * _longest; // What ends before was not ended by it.
        using var listener = await Listener.StartAsync(host, host.Key);
        await listener.NextAsync();

        var stopping = host.App.StopAsync();

        Assert.That(await listener.IsOverAsync(), Is.True);
        await stopping.WaitAsync(_longest);
    }

    /// <summary>A program that listens.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly HttpResponseMessage _answer;
        private readonly CancellationTokenSource _end = new(_longest);
        private readonly IAsyncEnumerator<SseItem<string>> _items;

        private Listener(HttpResponseMessage answer, Stream stream)
        {
            _answer = answer;
            _items = SseParser.Create(stream).EnumerateAsync(_end.Token).GetAsyncEnumerator();
        }

        public HttpStatusCode Status => _answer.StatusCode;

        public static async Task<Listener> StartAsync(RunningHost host, string? key, string? cookie = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/events");
            if (key is not null)
                request.Headers.Add(Security.Header, key);
            if (cookie is not null)
                request.Headers.Add("Cookie", cookie);
            var answer = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return new Listener(answer, await answer.Content.ReadAsStreamAsync());
        }

        public async Task<SseItem<string>> NextAsync()
        {
            Assert.That(await _items.MoveNextAsync(), Is.True, "the stream has ended");
            return _items.Current;
        }

        /// <summary>The next change.</summary>
        public async Task<JsonObject> ChangeAsync()
        {
            await UntilAsync("change");
            return JsonNode.Parse(_items.Current.Data)!.AsObject();
        }

        public async Task<bool> UntilAsync(string type)
        {
            while (await _items.MoveNextAsync())
            {
                if (_items.Current.EventType == type)
                    return true;
            }

            return false;
        }

        public async Task<bool> IsOverAsync()
        {
            while (await _items.MoveNextAsync())
                Assert.That(_items.Current.EventType, Is.EqualTo("heartbeat"));
            return true;
        }

        public void Dispose()
        {
            _answer.Dispose();
            _end.Dispose();
        }
    }
}
