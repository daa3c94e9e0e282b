using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FLTS.Host.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace FLTS.Tests.Host;

/// <summary>One rule at the border: what no endpoint can take is refused before any of them sees it.</summary>
[TestFixture, Parallelizable]
internal sealed class BodiesTests
{
    private const int SideBySide = 4;

    private static readonly string[] _seeds =
    [
        "{}",
        "[]",
        """{"dataset": "nowhere", "model_types": ["GRU"], "training": {"GRU": {"epochs": 1}}, "preprocessing": {"split_ratio": 0.5}}""",
        """{"dataset": "nowhere", "evaluation": {"min_improvement": 0.1}, "sample_train_rows": 10, "identifier": "a"}""",
        """{"data": {"time": ["2018-02-05 23:40:00"], "down": [1.5, null]}, "inference_length": 3, "level": [80], "index_col": "time"}""",
        """{"future": {"up": [1, 2]}, "holidays": [{"holiday": "new_year", "ds": "2027-01-01"}], "identifier": "a"}""",
        """{"items": [{}, {"inference_length": 1}, null]}""",
        """{"to_version": 1, "reason": "because"}""",
        """{"config_hash": "a", "identifier": "b", "force": false, "dry_run": true, "reason": "because"}""",
        """{"run_ids": ["a", "b"], "dry_run": true}""",
        """{"stage": "train"}""",
        """[{"time": "2018-02-05 23:40:00", "down": 1.5, "up": null}]""",
        "time,down,up\n2018-02-05 23:40:00,1.5,2\n2018-02-05 23:42:00,2.5,\n",
    ];

    private static readonly string[] _types =
    [
        "application/json", "application/json", "application/json", "text/csv", "application/json; charset=utf-16",
        "application/json; charset=x",
    ];

    private RunningHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync(settings: new Dictionary<string, string?>
        {
            ["Pipeline:ReconcileSeconds"] = "3600",
            ["Requests:PerSecond"] = "0", // It asks as often as it can.
        });
        await _host.App.Services.GetRequiredService<IStartupGate>().OpenedAsync(default);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [TestCase("{\"identifier\": \"a\\u0000\", \"dataset\": \"a\\u0000\", \"reason\": \"a\\u0000\", \"stage\": \"\\u0000\"}")]
    [TestCase("{\"identifier\": \"\\ud800\", \"dataset\": \"\\ud800\", \"reason\": \"\\ud800\", \"stage\": \"\\ud800\"}")]
    [TestCase("{\"a\\udc00\": 1}")]
    [TestCase("{\"items\": [{}], \"items\": [{}]}")]
    [TestCase("{\"dataset\": \"a\", \"training\": {\"x\": {\"y\": 1, \"y\": 1}}}")]
    [TestCase("[{\"time\": \"2018-02-05 23:40:00\", \"down\": 1, \"down\": 1}]")]
    [TestCase("[{\"time\": \"2018-02-05\\u0000\", \"down\": \"\\ud800\"}]")]
    public async Task A_body_that_cannot_be_kept_is_refused_by_every_endpoint(string body)
    {
        foreach (var (method, path) in Endpoints())
        {
            using var answer = await SendAsync(method, path, Encoding.UTF8.GetBytes(body), "application/json");

            Assert.That((int)answer.StatusCode, Is.InRange(400, 499), $"{method} {path}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    [Test]
    public async Task Bytes_that_are_no_UTF_8_are_refused_by_every_endpoint()
    {
        foreach (var (method, path) in Endpoints().Where(e => e.Method == HttpMethod.Post))
        {
            using var answer = await SendAsync(method, path, [.. "{\"dataset\": \""u8, 0xC3, 0x28, 0xFF, .. "\"}"u8], "application/json");

            Assert.That((int)answer.StatusCode, Is.InRange(400, 499), $"{method} {path}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    [Test]
    public async Task A_body_deeper_than_anything_needs_is_refused_by_every_endpoint_and_no_further_read()
    {
        static string Deep(string open, string close) =>
            string.Concat(Enumerable.Repeat(open, 5000)) + "1" + string.Concat(Enumerable.Repeat(close, 5000));
        var body = Encoding.UTF8.GetBytes(
            $$"""{"dataset": "a", "preprocessing": {{Deep("{\"a\":", "}")}}, "training": {{Deep("[", "]")}} }""");
        foreach (var (method, path) in Endpoints())
        {
            using var answer = await SendAsync(method, path, body, "application/json");

            Assert.That(
                (int)answer.StatusCode,
                path == "/pipelines" ? Is.EqualTo(400) : Is.InRange(400, 499),
                $"{method} {path}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    [TestCase("/runs?identifier=%00")]
    [TestCase("/runs?%01=1")]
    [TestCase("/pipelines?identifier=a%00b")]
    [TestCase("/promotions?config_hash=%1f")]
    [TestCase("/champions/a%1Bb")]
    [TestCase("/pipelines?cursor=1.%00")]
    public async Task An_address_with_control_characters_is_refused(string address)
    {
        using var answer = await _host.SendAsync(HttpMethod.Get, address);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await RunningHost.JsonAsync(answer))["detail"]!.GetValue<string>(), Does.Contain("control character"));
    }

    [Test]
    public async Task What_a_refusal_tells_of_a_request_is_short()
    {
        var name = new string('a', 1 << 20);
        foreach (var body in (string[])
        [
            $$"""{"identifier": "{{name}}"}""",
            $$"""{"{{name}}": 1}""",
            $$$"""{"holidays": [{"holiday": "{{{name}}}", "ds": "{{{name}}}"}]}""",
            $$$"""{"data": {"{{{name}}}": 1}}""",
            $$"""{"dataset": "{{name}}"}""",
            $$"""{"{{name}}": """,
        ])
        {
            foreach (var path in (string[])["/predict", "/pipelines", "/promote"])
            {
                using var answer = await SendAsync(HttpMethod.Post, path, Encoding.UTF8.GetBytes(body), "application/json");
                var told = await answer.Content.ReadAsStringAsync();

                Assert.That((int)answer.StatusCode, Is.InRange(400, 499).Or.EqualTo(503), $"{path} {body[..40]}");
                Assert.That(told, Has.Length.LessThan(20_000), $"{path} {body[..40]}");
            }
        }
    }

    [Test]
    public void What_the_log_tells_of_a_request_is_short()
    {
        var lines = new Lines();
        using (var log = new LoggerConfiguration().Enrich.With<LongTextIsCut>().WriteTo.Sink(lines).CreateLogger())
            log.Information("{Name} is {Word}", new string('a', 1 << 20), "known");

        Assert.That(lines.Texts.Single(), Has.Length.LessThan(5000));
        Assert.That(lines.Texts.Single(), Does.EndWith("known\""));
    }

    [TestCase(2000)]
    [TestCase(8000, Category = TestCategories.Soak)]
    public async Task No_body_makes_an_endpoint_fail(int bodies)
    {
        var random = new Random(13);
        var endpoints = Endpoints().ToList();
        var requests = Enumerable.Range(0, bodies)
            .Select(i => (
                Endpoint: endpoints[i % endpoints.Count],
                Body: SpoiledBodies.Spoil(_seeds[random.Next(_seeds.Length)], random),
                Type: _types[random.Next(_types.Length)]))
            .ToList();
        var failed = new List<string>();
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = SideBySide }, async (request, cancellation) =>
        {
            var ((method, path), body, type) = request;
            using var answer = await SendAsync(method, path, body, type);
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            var isUnserved = answer.StatusCode == HttpStatusCode.ServiceUnavailable && text.Contains("No model", StringComparison.Ordinal);
            if ((int)answer.StatusCode >= 500 && !isUnserved)
            {
                lock (failed)
                    failed.Add($"{method} {path} {type} {Encoding.Latin1.GetString(body)[..Math.Min(200, body.Length)]}: {text}");
            }
        });

        Assert.That(failed.Take(5), Is.Empty, $"{failed.Count} failed");
    }

    private sealed class Lines : ILogEventSink
    {
        public List<string> Texts { get; } = [];

        public void Emit(LogEvent logEvent) => Texts.Add(logEvent.RenderMessage(CultureInfo.InvariantCulture));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[] body, string type)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return await _host.SendAsync(method, path, withKey: true, content);
    }

    /// <summary>Every endpoint that takes a body, so that a new one cannot be forgotten here.</summary>
    private IEnumerable<(HttpMethod Method, string Path)> Endpoints() =>
        from endpoint in _host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
        where method is "POST" or "PUT" or "PATCH" or "DELETE"
        let path = string.Join('/', endpoint.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p =>
            p is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal ? literal.Content : "none"))))
        where (method, path) is not (("POST", "keys/link") or ("DELETE", "session")) // They look at no body, and are done.
        select (new HttpMethod(method), $"/{path}");
}
