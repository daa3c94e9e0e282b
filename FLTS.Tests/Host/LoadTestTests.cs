using System.Text.Json.Nodes;
using FLTS.Host.Cli;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture, Parallelizable]
internal sealed class LoadTestTests
{
    [TestCase("90s", 90)]
    [TestCase("2m", 120)]
    [TestCase("1.5h", 5400)]
    [TestCase("30", 30)]
    public void A_duration_is_read(string text, double seconds) =>
        Assert.That(LoadTestCommand.Duration(text).TotalSeconds, Is.EqualTo(seconds));

    [TestCase("")]
    [TestCase("0s")]
    [TestCase("-2m")]
    [TestCase("2 days")]
    [TestCase("25h")]
    public void A_duration_that_is_none_is_refused_with_what_is_right(string text) =>
        Assert.That(
            () => LoadTestCommand.Duration(text), Throws.InstanceOf<InvalidInputException>().With.Message.Contains("90s, 2m or 1h"));

    [Test]
    public void A_quantile_of_the_histogram_is_that_of_the_times_to_one_percent()
    {
        var random = new Random(1);
        var times = Enumerable.Range(0, 20_000).Select(_ => Math.Exp((random.NextDouble() * 9) - 3)).ToList();
        var halves = new[] { new LoadCount(), new LoadCount() };
        for (var i = 0; i < times.Count; i++)
            halves[i % 2].Success(TimeSpan.FromMilliseconds(times[i]));

        var sum = new LoadCount();
        Array.ForEach(halves, sum.Add);

        times.Sort();
        foreach (var share in new[] { 0.001, 0.5, 0.99, 0.999, 1 })
        {
            var exact = times[(int)Math.Ceiling(share * times.Count) - 1];
            Assert.That(sum.Quantile(share), Is.EqualTo(exact).Within(1).Percent, $"quantile {share}");
        }

        Assert.That(new LoadCount().Quantile(0.5), Is.Zero);
    }

    [TestCase("", 0, 0)]
    [TestCase("--max-failures 40", 5, 0)]
    [TestCase("--max-failures 5", 5, 1)]
    [TestCase("--max-p99 0.001", 0, 1)]
    [TestCase("--max-p99 10000", 0, 0)]
    public async Task The_exit_code_says_whether_the_limits_held(string limits, int failEach, int expected)
    {
        await using var server = await FakeServer.StartAsync(failEach);
        using var folder = new TemporaryFolder();
        string[] args =
        [
            "loadtest", "--url", server.Url, "--users", "3", "--spawn-rate", "100", "--duration", "1s", "--key", "k", "--json",
            folder["result.json"], .. limits.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ];

        var code = await CommandLine.RunAsync(args);

        var result = JsonNode.Parse(await File.ReadAllTextAsync(folder["result.json"]))!;
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(expected), result.ToJsonString());
            Assert.That(result["requests"]!.GetValue<long>(), Is.EqualTo(server.Asked), "every request is counted");
            Assert.That(result["refused"]!.GetValue<long>(), Is.EqualTo(server.Refused), "429 is counted apart");
            Assert.That(result["failed"]!.GetValue<long>(), Is.EqualTo(server.Failed));
            Assert.That(server.Identifiers, Is.EquivalentTo(new[] { "a", "b" }), "every identifier with a champion is asked");
        });
    }

    [Test]
    public async Task A_server_that_is_not_there_or_serves_nothing_is_said()
    {
        await using var empty = await FakeServer.StartAsync(0, champions: "[]");

        Assert.That(await CommandLine.RunAsync(["loadtest", "--url", empty.Url]), Is.EqualTo(2));
        Assert.That(await CommandLine.RunAsync(["loadtest", "--url", $"http://127.0.0.1:{FreePort.Next()}"]), Is.EqualTo(2));
        Assert.That(await CommandLine.RunAsync(["loadtest", "--users", "0"]), Is.EqualTo(2));
    }

    /// <summary>Answers as FLTS does: mostly forecasts, the seventh of each ten a 429, and failures where asked.</summary>
    private sealed class FakeServer : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly HashSet<string> _identifiers = [];
        private int _asked, _refused, _failed;

        private FakeServer(WebApplication app) => _app = app;

        public string Url => _app.Urls.First();

        public int Asked => _asked;

        public int Refused => _refused;

        public int Failed => _failed;

        public IReadOnlyCollection<string> Identifiers => _identifiers;

        public static async Task<FakeServer> StartAsync(
            int failEach, string champions = """[{"identifier": "a"}, {"identifier": "b"}]""")
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var app = builder.Build();
            var server = new FakeServer(app);
            app.MapGet("/champions", () => Results.Text($$"""{"items": {{champions}}, "next": null}""", "application/json"));
            app.MapPost("/predict", async (HttpContext context) => await server.AnswerAsync(context, failEach));
            await app.StartAsync();
            return server;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private async Task AnswerAsync(HttpContext context, int failEach)
        {
            var body = await JsonNode.ParseAsync(context.Request.Body);
            lock (_identifiers)
                _identifiers.Add(body!["identifier"]!.GetValue<string>());
            var number = Interlocked.Increment(ref _asked);
            if (failEach > 0 && number % failEach == 0)
            {
                Interlocked.Increment(ref _failed);
                context.Response.StatusCode = 500;
            }
            else if (number % 10 == 7)
            {
                Interlocked.Increment(ref _refused);
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = "0";
            }
        }
    }
}
