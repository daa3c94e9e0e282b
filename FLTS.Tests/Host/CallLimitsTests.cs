using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FLTS.Host.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Host;

/// <summary>One caller cannot take a process from the others: by many calls, by many connections, or by slow ones.</summary>
[TestFixture, Parallelizable]
internal sealed class CallLimitsTests
{
    private static readonly string[] _watched = ["/healthz", "/readyz", "/ready", "/predict_ping", "/metrics"];

    [Test]
    public async Task A_caller_that_asks_too_often_is_told_when_to_come_again_and_no_other_is_slowed()
    {
        await using var host = await StartAsync(("PerSecond", "1"), ("BurstSeconds", "4"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => host.SendAsync(HttpMethod.Get, "/pipelines")));
        var statuses = answers.Select(a => a.StatusCode).ToList();

        Assert.That(statuses.Count(s => s == HttpStatusCode.OK), Is.AtLeast(4), "the burst");
        var refused = answers.First(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        var problem = await RunningHost.JsonAsync(refused);
        Assert.That(problem["detail"]!.GetValue<string>(), Does.Contain("More than 1 calls a second").And.Contain("Requests:PerSecond"));
        Assert.That(refused.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(await StatusesAsync(host, "/pipelines", withKey: true, 4), Is.All.EqualTo(HttpStatusCode.OK), "another caller");

        await Task.Delay(refused.Headers.RetryAfter.Delta!.Value + TimeSpan.FromMilliseconds(400));
        foreach (var answer in answers)
            answer.Dispose();
        var again = await StatusesAsync(host, "/pipelines", withKey: false, 1);
        for (var tries = 0; tries < 20 && again[0] != HttpStatusCode.OK; tries++)
        {
            await Task.Delay(250);
            again = await StatusesAsync(host, "/pipelines", withKey: false, 1);
        }

        Assert.That(again, Is.All.EqualTo(HttpStatusCode.OK), "when it was told");
        Assert.That(Counted(), Is.Positive, "flts_access_refused_total");
    }

    [Test]
    public async Task Who_watches_is_answered_however_often_it_asks_and_forecasts_and_rows_have_limits_of_their_own()
    {
        await using var host = await StartAsync(("PerSecond", "1"), ("BurstSeconds", "1"), ("AtOnce", "1"));
        foreach (var path in _watched)
            Assert.That(await StatusesAsync(host, path, withKey: true, 10), Has.None.EqualTo(HttpStatusCode.TooManyRequests), path);

        foreach (var path in new[] { "/predict", "/predict/batch", "/datasets/station/rows" })
        {
            for (var i = 0; i < 10; i++)
            {
                using var answer = await host.SendAsync(
                    HttpMethod.Post, path, withKey: true, new StringContent("[", null, "application/json"));
                Assert.That((int)answer.StatusCode, Is.InRange(400, 422), path);
            }
        }
    }

    [TestCase("/predict", "Forecasts")]
    [TestCase("/predict/station", "Forecasts")]
    [TestCase("/datasets/station/rows", "Appends")]
    public async Task A_limit_of_forecasts_or_rows_counts_where_it_is_set(string path, string kind)
    {
        await using var host = await StartAsync(($"{kind}PerSecond", "1"), ("BurstSeconds", "1"));
        var method = path == "/predict/station" ? HttpMethod.Get : HttpMethod.Post;
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(
            _ => host.SendAsync(method, path, withKey: true, new StringContent("[", null, "application/json"))));

        Assert.That(answers.Any(a => a.StatusCode != HttpStatusCode.TooManyRequests), "the first");
        var refused = answers.FirstOrDefault(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.That(refused, Is.Not.Null);
        Assert.That(await refused!.Content.ReadAsStringAsync(), Does.Contain($"Requests:{kind}PerSecond"));
        foreach (var answer in answers)
            answer.Dispose();
    }

    [Test]
    public async Task So_many_calls_of_a_caller_are_answered_at_once_and_their_end_makes_room()
    {
        var (entered, release) = (new SemaphoreSlim(0), new TaskCompletionSource());
        await using var host = await RunningHost.StartAsync(
            settings: new Dictionary<string, string?> { ["Requests:AtOnce"] = "2" },
            map: app => app.MapGet("/long", async () =>
            {
                entered.Release();
                await release.Task;
                return "done";
            }).RequireRole(Roles.Read));
        var held = new[] { host.Http.GetAsync("/long"), host.Http.GetAsync("/long") };
        await entered.WaitAsync();
        await entered.WaitAsync();

        using var third = await host.SendAsync(HttpMethod.Get, "/long");
        Assert.That(third.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(third.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(await third.Content.ReadAsStringAsync(), Does.Contain("Requests:AtOnce"));
        using var other = await host.SendAsync(HttpMethod.Get, "/pipelines", withKey: true);
        Assert.That(other.StatusCode, Is.EqualTo(HttpStatusCode.OK), "another caller");

        release.SetResult();
        foreach (var answer in await Task.WhenAll(held))
            answer.Dispose();
        using var again = await host.SendAsync(HttpMethod.Get, "/long");
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Every_forecast_and_appended_row_passes_by_the_limits_as_they_are_unless_set()
    {
        await using var host = await StartAsync();
        var limits = host.App.Services.GetRequiredService<CallLimits>();
        var passing = host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => !limits.AppliesTo(Asking(e))).Select(e => "/" + e.RoutePattern.RawText!.Trim('/')).Order();

        Assert.That(passing, Is.EqualTo(new[]
        {
            "/datasets/{name}/rows", "/healthz", "/metrics", "/predict", "/predict/batch", "/predict/{identifier}", "/predict_ping",
            "/ready", "/readyz",
        }.Order()));
    }

    [Test]
    public async Task Who_sends_slowly_is_ended_while_others_are_answered()
    {
        await using var host = await StartAsync(("HeadSeconds", "1"), ("GraceSeconds", "2"), ("BytesPerSecond", "1000"));
        var heads = Enumerable.Range(0, 20).Select(_ => DripAsync(host, "GET /pipelines HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")).ToList();
        var bodies = Enumerable.Range(0, 20).Select(_ => DripAsync(
            host,
            "PUT /datasets/station HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: 100000\r\n"
            + $"X-Api-Key: {host.Key}\r\n\r\ntime,down\n")).ToList();

        var all = Task.WhenAll([.. heads, .. bodies]);
        while (!all.IsCompleted)
        {
            using var answer = await host.Http.GetAsync("/pipelines").WaitAsync(TimeSpan.FromSeconds(30));
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            await Task.WhenAny(all, Task.Delay(200));
        }

        foreach (var said in await all)
            Assert.That(said, Does.StartWith("HTTP/1.1 408 "));
        Assert.That(await bodies[0], Does.Contain("The body came too slowly (Requests:BytesPerSecond)"));
    }

    [TestCase("ConnectionsPerAddress")]
    [TestCase("Connections")]
    public async Task More_connections_than_are_held_are_closed_and_one_that_ends_makes_room(string setting)
    {
        await using var host = await StartAsync((setting, "3"));
        var held = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                held.Add(new TcpClient());
                Assert.That(await AskAsync(host, held[i]), Does.StartWith("HTTP/1.1 200 "));
            }

            using (var more = new TcpClient())
                Assert.That(await AskAsync(host, more), Is.Empty);

            Assert.That(await AskAsync(host, held[1]), Does.StartWith("HTTP/1.1 200 "), "one that is held");
            held[0].Dispose();
            var isTaken = false;
            for (var i = 0; i < 200 && !isTaken; i++)
            {
                await Task.Delay(50);
                isTaken = await IsTakenAsync(host);
            }

            Assert.That(isTaken, "room");
        }
        finally
        {
            held.ForEach(h => h.Dispose());
        }
    }

    private static Task<RunningHost> StartAsync(params (string Name, string Value)[] settings) =>
        RunningHost.StartAsync(settings: settings.ToDictionary(s => $"Requests:{s.Name}", s => (string?)s.Value)).ReadyAsync();

    /// <summary>Of all hosts in this process: which one's a scrape shows where there are several is left to chance.</summary>
    private static long Counted()
    {
        var counted = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "flts_access_refused_total")
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags.ToArray().Any(t => t is { Key: "reason", Value: KeyRefusals.Limit }))
                counted += value;
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return counted;
    }

    private static DefaultHttpContext Asking(Endpoint endpoint)
    {
        var context = new DefaultHttpContext();
        context.SetEndpoint(endpoint);
        return context;
    }

    private static async Task<List<HttpStatusCode>> StatusesAsync(RunningHost host, string path, bool withKey, int times)
    {
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < times; i++)
        {
            using var answer = await host.SendAsync(HttpMethod.Get, path, withKey);
            statuses.Add(answer.StatusCode);
        }

        return statuses;
    }

    private static async Task<bool> IsTakenAsync(RunningHost host)
    {
        using var client = new TcpClient();
        return (await AskAsync(host, client)).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal);
    }

    /// <summary>Empty where the connection is closed instead, be it so soon that already connecting meets the reset.</summary>
    private static async Task<string> AskAsync(RunningHost host, TcpClient client)
    {
        try
        {
            if (!client.Connected)
                await client.ConnectAsync(host.Http.BaseAddress!.Host, host.Http.BaseAddress.Port);
            var stream = client.GetStream();
            await stream.WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            var (buffer, answer) = (new byte[4096], "");
            int count;
            do
            {
                count = await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
                answer += Encoding.UTF8.GetString(buffer, 0, count);
            }
            while (count > 0 && !answer.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal));
            return answer;
        }
        catch (Exception e) when (e is IOException or SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return "";
        }
    }

    /// <summary>Sends the beginning, then a byte every 100 ms, until it is ended; what was answered.</summary>
    private static async Task<string> DripAsync(RunningHost host, string beginning)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host.Http.BaseAddress!.Host, host.Http.BaseAddress.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning));
        var answer = ReadToEndAsync(stream);
        try
        {
            for (var i = 0; i < 300 && !answer.IsCompleted; i++)
            {
                await Task.WhenAny(answer, Task.Delay(100));
                await stream.WriteAsync("1"u8.ToArray());
            }
        }
        catch (IOException)
        {
            // It is ended: the answer says how.
        }

        return await answer.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>What came until the connection was closed, or reset by a byte that met its end.</summary>
    private static async Task<string> ReadToEndAsync(NetworkStream stream)
    {
        var (buffer, said) = (new byte[4096], "");
        try
        {
            for (int count; (count = await stream.ReadAsync(buffer)) > 0;)
                said += Encoding.UTF8.GetString(buffer, 0, count);
        }
        catch (IOException)
        {
            // What was said before it counts.
        }

        return said;
    }
}
