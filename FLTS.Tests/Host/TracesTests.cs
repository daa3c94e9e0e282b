using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using FLTS.Host.Hosting;
using FLTS.Tests.EndToEnd;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace FLTS.Tests.Host;

/// <summary>One pipeline is followed from the request that starts it through bus and jobs.</summary>
[TestFixture, Parallelizable]
internal sealed class TracesTests
{
    private static readonly string[] _steps = ["preprocess", "train", "evaluate"];
    private static readonly string[] _ended = ["promoted", "kept_champion", "below_baseline", "failed"];

    [Test]
    public async Task Each_attempt_of_a_pipeline_is_a_trace_of_its_own_that_leads_back_to_the_request_that_started_it()
    {
        await using var collector = await Collector.StartAsync();
        var spans = new Spans();
        using var folder = new TemporaryFolder();
        Stations.Write(folder["datasets"], "station", 400);
        var host = await RunningHost.StartAsync(
            folder: folder,
            settings: new Dictionary<string, string?>
            {
                ["Datasets:Folder"] = folder["datasets"],
                ["Telemetry:OtlpEndpoint"] = collector.Address,
                ["Telemetry:OtlpProtocol"] = TelemetryOptions.Http,
            },
            more: services => services.ConfigureOpenTelemetryTracerProvider(t => t.AddProcessor(spans))).ReadyAsync();
        await using var _ = host;

        var (pipeline, data) = await PipelineAsync(host);
        for (var i = 0; i < 400 && !_steps.All(step => spans.All.Any(s => s.OperationName == step && IsOf(s, pipeline, data))); i++)
            await Task.Delay(100); // What was done is answered before its span has ended.
        var logs = await host.LogsAsync(); // Stops it: what is still open ends.

        var request = spans.All.Single(s => s.Kind == ActivityKind.Server && Tag(s, "pipeline_id") == pipeline);
        var attempts = _steps.Select(step => spans.All.FirstOrDefault(s => s.OperationName == step && IsOf(s, pipeline, data)))
            .OfType<Activity>().ToList();
        Assert.That(
            attempts,
            Has.Count.EqualTo(_steps.Length),
            () => string.Join('\n', spans.All.Select(s => $"{s.TraceId} {s.Kind} {s.OperationName} {string.Join(' ', s.TagObjects)}")));
        Assert.Multiple(() =>
        {
            Assert.That(attempts.Append(request).Select(a => a.TraceId).Distinct().Count(), Is.EqualTo(_steps.Length + 1), "one each");
            foreach (var attempt in attempts)
            {
                Assert.That(spans.LeadsTo(attempt.TraceId, request.TraceId), $"{attempt.OperationName} leads to the request");
                Assert.That(spans.RootOf(attempt).OperationName, Is.EqualTo("job"), attempt.OperationName);
                Assert.That(Tag(spans.RootOf(attempt), "step"), Is.EqualTo(attempt.OperationName));
            }

            Assert.That(
                spans.All.Where(s => s.Source.Name == "MassTransit" && s.TraceId == attempts[0].TraceId).Select(s => s.Kind),
                Does.Contain(ActivityKind.Producer).And.Contain(ActivityKind.Consumer),
                "the event of the prepared data and who takes it");
            Assert.That(spans.All.Where(s => s.Kind == ActivityKind.Client && s.ParentSpanId == default), Is.Empty);
            Assert.That(spans.All.Select(s => Tag(s, "url.path")), Has.None.EqualTo("/readyz"));
            Assert.That(
                logs.First(l => l["event"]?.GetValue<string>() == "preprocess_done")["@tr"]!.GetValue<string>(),
                Is.EqualTo(attempts[0].TraceId.ToHexString()),
                "the log names the trace");
            Assert.That(collector.Bytes, Is.Positive, "by OTLP");
        });
    }

    [Test]
    public async Task Nothing_is_traced_where_no_collector_is_set()
    {
        await using var host = await RunningHost.StartAsync();

        Assert.That(host.App.Services.GetService<TracerProvider>(), Is.Null);
    }

    [TestCase("collector:4317", 1.0, "Telemetry:OtlpEndpoint")]
    [TestCase("ftp://collector", 1.0, "Telemetry:OtlpEndpoint")]
    [TestCase("http://collector:4317", 1.5, "Telemetry:SampleRatio")]
    public void A_wrong_setting_is_refused_by_name(string endpoint, double ratio, string named)
    {
        using var folder = new TemporaryFolder();
        var settings = RunningHost.Settings(folder);
        settings["Telemetry:OtlpEndpoint"] = endpoint;
        settings["Telemetry:SampleRatio"] = ratio.ToString(System.Globalization.CultureInfo.InvariantCulture);

        Assert.That(
            () => Server.Build(settings, jsonToConsole: false), Throws.InstanceOf<InvalidInputException>().With.Message.Contains(named));
    }

    [TestCase(ActivityKind.Server, null, null, 1, ExpectedResult = true)]
    [TestCase(ActivityKind.Server, null, null, 0, ExpectedResult = false)]
    [TestCase(ActivityKind.Client, null, null, 1, ExpectedResult = false, Description = "a loop asks its database")]
    [TestCase(ActivityKind.Client, true, null, 0, ExpectedResult = true)]
    [TestCase(ActivityKind.Internal, false, true, 1, ExpectedResult = false)]
    [TestCase(ActivityKind.Consumer, null, true, 0, ExpectedResult = true, Description = "it goes on with what is taken")]
    [TestCase(ActivityKind.Consumer, null, false, 1, ExpectedResult = false)]
    public bool A_trace_is_taken_where_what_it_comes_of_is(ActivityKind kind, bool? parent, bool? link, double ratio)
    {
        var links = link is { } taken ? new[] { new ActivityLink(Context(taken)) } : [];
        var parameters = new SamplingParameters(
            parent is { } of ? Context(of) : default, ActivityTraceId.CreateRandom(), "any", kind, null, links);

        return new TraceSampler(ratio).ShouldSample(parameters).Decision == SamplingDecision.RecordAndSample;
    }

    private static ActivityContext Context(bool isTaken) => new(
        ActivityTraceId.CreateRandom(),
        ActivitySpanId.CreateRandom(),
        isTaken ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None);

    private static async Task<(string Pipeline, string Data)> PipelineAsync(RunningHost host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/pipelines")
        {
            Content = JsonContent.Create(new { dataset = "station", model_types = new[] { "NAIVE" } }),
        };
        request.Headers.Add("X-Api-Key", host.Key);
        using var started = await host.Http.SendAsync(request);
        var answered = await RunningHost.JsonAsync(started);
        var id = answered["pipeline_id"]!.GetValue<string>();
        for (var i = 0; i < 1200; i++)
        {
            using var answer = await host.SendAsync(HttpMethod.Get, $"/pipelines/{id}");
            var state = await RunningHost.JsonAsync(answer);
            if (_ended.Contains(state["status"]!.GetValue<string>()))
                return (id, answered["config_hash"]!.GetValue<string>());
            await Task.Delay(100);
        }

        throw new TimeoutException($"Pipeline {id} does not end.");
    }

    private static string? Tag(Activity span, string name) => span.GetTagItem(name)?.ToString();

    /// <summary>Other hosts of this test process trace to the same sources.</summary>
    private static bool IsOf(Activity span, string pipeline, string data) =>
        Tag(span, "pipeline_id") == pipeline || Tag(span, "config_hash") == data;

    /// <summary>What was traced in this process.</summary>
    private sealed class Spans : BaseProcessor<Activity>
    {
        private readonly ConcurrentQueue<Activity> _all = new();

        public IReadOnlyCollection<Activity> All => _all;

        public override void OnEnd(Activity data) => _all.Enqueue(data);

        public Activity RootOf(Activity span) => _all.Single(s => s.TraceId == span.TraceId && s.ParentSpanId == default);

        /// <summary>Whether links lead from one trace to another.</summary>
        public bool LeadsTo(ActivityTraceId from, ActivityTraceId to)
        {
            var (seen, open) = (new HashSet<ActivityTraceId> { from }, new Queue<ActivityTraceId>([from]));
            while (open.TryDequeue(out var trace))
            {
                if (trace == to)
                    return true;
                foreach (var next in _all.Where(s => s.TraceId == trace).SelectMany(s => s.Links).Select(l => l.Context.TraceId))
                {
                    if (seen.Add(next))
                        open.Enqueue(next);
                }
            }

            return false;
        }
    }

    /// <summary>Takes what is sent to <c>/v1/traces</c>.</summary>
    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        private long _bytes;

        public string Address => app.Urls.First();

        public long Bytes => Interlocked.Read(ref _bytes);

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var collector = new Collector(builder.Build());
            await collector.BeginAsync();
            return collector;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private Task BeginAsync()
        {
            app.MapPost("/v1/traces", async (HttpContext context) =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                Interlocked.Add(ref _bytes, body.Length);
            });
            return app.StartAsync();
        }
    }
}
