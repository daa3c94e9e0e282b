using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Protocols;
using FLTS.Tests.EndToEnd;
using FLTS.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>What a client of <c>/predict</c> sends and gets, on a socket.</summary>
[TestFixture, Parallelizable]
internal sealed class PredictOverHttpTests
{
    private RunningHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _host = await RunningHost.StartAsync(settings: new Dictionary<string, string?>
    {
        ["Pipeline:ReconcileSeconds"] = "3600",
        ["Inference:RefreshSeconds"] = "3600",
    });

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [SetUp]
    public void Serve() => Slots.Swap(new WatchedModel(1).Served);

    private ModelSlots Slots => _host.App.Services.GetRequiredService<ModelSlots>();

    [Test]
    public async Task The_length_in_the_address_goes_before_that_of_the_body()
    {
        var answer = await PostAsync("""{"inference_length": 2}""", "/predict?inference_length=3");

        Assert.That(answer["predictions"]!.AsArray(), Has.Count.EqualTo(3));
        Assert.That((await PostAsync("""{"inference_length": 2}"""))["predictions"]!.AsArray(), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task What_an_identifier_is_may_follow_the_rows_and_members_without_a_meaning_are_told()
    {
        var body = new JsonObject
        {
            ["data"] = Payloads.Rows(["down", "up"], 30, minutes: 1),
            ["client"] = new JsonObject { ["id"] = 3 },
            ["identifier"] = "station",
        };
        var answer = await PostAsync(body.ToJsonString());

        Assert.That(answer["warnings"]!.AsArray().Select(w => w!.GetValue<string>()), Is.EqualTo(new[]
        {
            "Not used, as no such field is known: 'client'.",
        }));
    }

    [TestCase("ts")]
    [TestCase("timestamp")]
    [TestCase("date")]
    [TestCase("when")]
    public async Task Rows_in_any_order_with_numbers_as_text_are_the_same_rows(string name)
    {
        var rows = Payloads.Rows(["down", "up"], 30, minutes: 1);
        var expected = await PostAsync(new JsonObject { ["data"] = rows.DeepClone() }.ToJsonString());
        var turned = new JsonObject { [name] = Turned(rows["ts"]!, text: false) };
        foreach (var column in (string[])["down", "up"])
            turned[column] = Turned(rows[column]!, text: true);
        var body = new JsonObject { ["data"] = turned, ["index_col"] = name == "when" ? name : null };

        Assert.That((await PostAsync(body.ToJsonString())).ToJsonString(), Is.EqualTo(expected.ToJsonString()));
    }

    [Test]
    public async Task Ten_thousand_steps_are_forecast_and_one_more_is_not()
    {
        var answer = await PostAsync("""{"inference_length": 10000}""");
        Assert.That(answer["predictions"]!.AsArray(), Has.Count.EqualTo(10_000));

        using var refused = await SendAsync("/predict", """{"inference_length": 10001}""");
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    public async Task A_body_in_another_encoding_is_read_as_that()
    {
        using var content = new ByteArrayContent(Encoding.Unicode.GetBytes("""{"inference_length": 4}"""));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json; charset=utf-16");
        using var answer = await _host.SendAsync(HttpMethod.Post, "/predict", content: content);

        Assert.That((await RunningHost.JsonAsync(answer))["predictions"]!.AsArray(), Has.Count.EqualTo(4));
    }

    [Test]
    public async Task A_long_body_that_comes_in_pieces_is_one_body()
    {
        var body = "{\"inference_length\": 2" + new string(' ', 200_000) + "}";
        using var content = new StreamContent(new Trickle(Encoding.UTF8.GetBytes(body)));
        content.Headers.ContentType = new("application/json");
        using var answer = await _host.SendAsync(HttpMethod.Post, "/predict", content: content);

        Assert.That((await RunningHost.JsonAsync(answer))["predictions"]!.AsArray(), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_forecast_from_the_newest_rows_is_kept_by_clients_until_anything_it_follows_from_changes()
    {
        using var first = await GetAsync("/predict/station?steps=2");
        var tag = first.Headers.ETag!;
        Assert.That((await RunningHost.JsonAsync(first))["predictions"]!.AsArray(), Has.Count.EqualTo(2));
        Assert.That(first.Headers.CacheControl!.ToString(), Is.EqualTo("no-cache, private"));
        Assert.That(first.Headers.Vary, Is.EqualTo(new[] { "Accept", "X-Api-Key", "Cookie" }));

        using var known = await GetAsync("/predict/station?steps=2", tag: tag);
        Assert.That((known.StatusCode, known.Headers.ETag), Is.EqualTo((HttpStatusCode.NotModified, tag)));
        Assert.That(await known.Content.ReadAsByteArrayAsync(), Is.Empty);

        foreach (var (path, accept) in ((string, string?)[])
        [
            ("/predict/station?steps=3", null), ("/predict/station?steps=2&level=80", null), ("/predict/station?steps=2", "text/csv"),
        ])
        {
            using var other = await GetAsync(path, accept, tag);
            Assert.That(other.StatusCode, Is.EqualTo(HttpStatusCode.OK), path);
        }

        Slots.Swap(new WatchedModel(2).Served);
        using var next = await GetAsync("/predict/station?steps=2", tag: tag);
        Assert.That(next.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task As_CSV_a_forecast_has_a_line_a_step()
    {
        using var answer = await GetAsync("/predict/station?steps=2&level=80", "text/csv");
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n');

        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/csv"));
        Assert.That(lines[0], Is.EqualTo("ts,down,up,down_low_80,down_high_80,up_low_80,up_high_80"));
        Assert.That(lines, Has.Length.EqualTo(4));
    }

    [Test]
    public async Task What_is_to_be_said_of_a_CSV_stands_in_a_header()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict");
        request.Content = new StringContent("""{"größe": 3}""", Encoding.UTF8, "application/json");
        request.Headers.Add("Accept", "text/csv");
        using var answer = await _host.Http.SendAsync(request);

        Assert.That(
            JsonNode.Parse(answer.Headers.GetValues("X-Warnings").Single())!.AsArray().Select(w => w!.GetValue<string>()),
            Is.EqualTo(new[] { "Not used, as no such field is known: 'größe'." }));
        Assert.That(AnswerCsv.Warnings([new string('a', 1990), new string('b', 50), "c"]), Has.Length.LessThan(2050));
    }

    [TestCase("/predict/elsewhere", 404, "No model is served for 'elsewhere'")]
    [TestCase("/predict/station?steps=0", 422, "'steps' is 0; it must be at least 1.")]
    [TestCase("/predict/station?steps=many", 400, "'steps' is 'many'; it must be a whole number.")]
    [TestCase("/predict/station?level=100", 422, "'level' is 100; it must be a percentage between 0 and 100")]
    [TestCase("/predict/station?level=80,x", 422, "'level' is 80,x; it must be a percentage")]
    public async Task A_wrong_address_is_refused_with_what_would_be_right(string path, int status, string sentence)
    {
        using var answer = await GetAsync(path);

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
        Assert.That((await RunningHost.JsonAsync(answer))["detail"]!.GetValue<string>(), Does.Contain(sentence));
    }

    [Test]
    public async Task Liveness_says_whether_there_is_a_model_and_who_waits()
    {
        foreach (var path in (string[])["/healthz", "/predict_ping"])
        {
            using var answer = await GetAsync(path);
            Assert.That(
                (await RunningHost.JsonAsync(answer)).ToJsonString(),
                Is.EqualTo("""{"status":"ok","model_ready":true,"queue_length":0}"""));
        }
    }

    private static JsonArray Turned(JsonNode list, bool text) =>
        new([.. list.AsArray().Reverse().Select(v => text ? JsonValue.Create(v!.ToJsonString()) : v!.DeepClone())]);

    private async Task<JsonObject> PostAsync(string body, string path = "/predict")
    {
        using var answer = await SendAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        return JsonNode.Parse(text)!.AsObject();
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _host.SendAsync(HttpMethod.Post, path, content: content);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? accept = null, EntityTagHeaderValue? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
            request.Headers.Add("Accept", accept);
        if (tag is not null)
            request.Headers.IfNoneMatch.Add(tag);
        return await _host.Http.SendAsync(request);
    }

    /// <summary>Bytes that come a few at a time.</summary>
    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1000)], cancellationToken);
    }
}
