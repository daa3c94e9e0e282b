using System.Collections.Concurrent;
using System.Net;
using System.Text;
using FLTS.Modules.Inference.Models;
using FLTS.Tests.EndToEnd;
using FLTS.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>Whatever is sent to a process that serves a model is answered or refused, and the process serves on.</summary>
[TestFixture, Parallelizable]
internal sealed class SpoiledRequestsTests
{
    private const int SideBySide = 4, LimitMb = 4;

    private static readonly string[] _members =
        ["data", "index_col", "inference_length", "identifier", "level", "future", "holidays", "origin", "items", "", "client"];

    private static readonly string[] _values =
    [
        "null", "true", "0", "-1", "1e999", "99999999999999999999", "\"\"", "\"now\"", "\"station\"", "[]", "{}", "[[]]", "[{}]", "[null]",
        "{\"ts\":[]}", "{\"ts\":{}}", "{\"down\":[\"a\"],\"up\":[1]}", "{\"\":[]}", "\"\\ud800\"", "[1,[2,[3]]]", "0.1", "[80,80,80]",
        "[{\"holiday\":\"a\",\"ds\":\"2027-01-01\"}]", "\"\\u0000\"",
    ];

    private RunningHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync(settings: new Dictionary<string, string?>
        {
            ["Pipeline:ReconcileSeconds"] = "3600",
            ["Inference:RefreshSeconds"] = "3600",
        });
        _host.App.Services.GetRequiredService<ModelSlots>().Swap(new WatchedModel(1).Served);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [TestCase(2_000)]
    [TestCase(100_000, Category = TestCategories.Soak)]
    public async Task Spoiled_bodies_are_refused_or_answered(int bodies)
    {
        var (random, seeds) = (new Random(15), Seeds());
        var spoiled = Enumerable.Range(0, bodies).Select(i => SpoiledBodies.Spoil(seeds[i % seeds.Length], random));

        var answers = await SendAllAsync(spoiled.Concat(WrongTypes()).Concat(Truncated(seeds[0])));

        Assert.That(answers.Keys, Is.SubsetOf(new[] { 200, 400, 404, 413, 422 }), string.Join(", ", answers));
        Assert.That(answers.Keys, Does.Contain(200).And.Contain(400).And.Contain(422), "bodies of every kind were among them");
    }

    [Test]
    public async Task Bodies_of_a_size_or_depth_that_nobody_needs_are_refused()
    {
        static string Deep(string open, string close) =>
            string.Concat(Enumerable.Repeat(open, 10_000)) + string.Concat(Enumerable.Repeat(close, 10_000));
        static string In(string member, string value) => $$"""{"{{member}}": {{value}} }""";
        static string Many(int count, Func<int, string> item) => string.Join(',', Enumerable.Range(0, count).Select(item));
        var (letters, digits) = ($"\"{new string('a', 3 << 20)}\"", new string('1', 3 << 20));
        string[] bodies =
        [
            Deep("[", "]"),
            Deep("{\"a\":", "}"),
            Deep("[", ""),
            In("data", Deep("[", "]")),
            In("data", In("ts", Deep("[", "]"))),
            In("future", Deep("{\"a\":", "}")),
            In("items", Deep("[", "]")),
            In("identifier", letters),
            In("inference_length", digits),
            In("level", $"[{Many(1 << 20, _ => "80")},true]"),
            In("data", In("down", $"[{letters}]")),
            In("data", In("down", $"[{digits}]")),
            In("data", In("ts", $"[{Many(1 << 20, _ => "0")}]")),
            In("data", $"{{{Many(200_000, i => $"\"n{i}\":[{i}]")}}}"),
            $"{{{Many(200_000, i => $"\"n{i}\":{i}")}}}",
            In("reason", $"\"{new string('a', 10 << 20)}\""),
        ];

        var answers = await SendAllAsync(bodies.Select(Encoding.UTF8.GetBytes));

        Assert.That(answers.Keys, Is.SubsetOf(new[] { 400, 404, 413, 422 }), string.Join(", ", answers));
        Assert.That(answers, Does.ContainKey(413).And.ContainKey(422).And.ContainKey(400));
    }

    [TearDown]
    public async Task ServesOn()
    {
        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var answer = await _host.SendAsync(HttpMethod.Post, "/predict", content: content);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private static string[] Seeds()
    {
        var rows = Payloads.Rows(["down", "up"], 5, minutes: 1).ToJsonString();
        return
        [
            $$"""{"data": {{rows}}, "inference_length": 3, "level": [80, 95], "identifier": "station"}""",
            """{"inference_length": 2, "level": 80, "index_col": "t", "origin": "now", "data": {"down": [1, null], "up": ["1.5", true]}}""",
            """{"future": {"up": [1, 2]}, "holidays": [{"holiday": "new_year", "ds": "2027-01-01"}], "client": {"a": [{}]}}""",
            $$"""{"items": [{}, {"data": {{rows}}, "identifier": "station"}, null, {"inference_length": 1}]}""",
        ];
    }

    private static IEnumerable<byte[]> WrongTypes() =>
        from member in _members
        from value in _values
        select Encoding.UTF8.GetBytes($$"""{"{{member}}": {{value}}}""");

    private static IEnumerable<byte[]> Truncated(string body) =>
        Enumerable.Range(0, body.Length).Select(length => Encoding.UTF8.GetBytes(body[..length]));

    /// <returns>How often each status came.</returns>
    private async Task<ConcurrentDictionary<int, int>> SendAllAsync(IEnumerable<byte[]> bodies)
    {
        var answers = new ConcurrentDictionary<int, int>();
        await Parallel.ForEachAsync(
            bodies.Index(), new ParallelOptions { MaxDegreeOfParallelism = SideBySide }, async (sent, cancellation) =>
            {
                using var content = new ByteArrayContent(sent.Item) { Headers = { ContentType = new("application/json") } };
                using var request = new HttpRequestMessage(HttpMethod.Post, sent.Index % 4 == 3 ? "/predict/batch" : "/predict");
                request.Content = content;
                request.Headers.ExpectContinue = sent.Item.Length > LimitMb << 20;
                using var answer = await _host.Http.SendAsync(request, cancellation);
                answers.AddOrUpdate((int)answer.StatusCode, 1, (_, n) => n + 1);
            });
        return answers;
    }
}
