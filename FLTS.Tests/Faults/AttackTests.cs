using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using NUnit.Framework;

namespace FLTS.Tests.Faults;

/// <summary>
/// What one request could break: one process for all of them, which is given a gigabyte. Before these limits each of the attacks took
/// 1.3 to 8 of them, or stalled everybody else. Under every one <c>/healthz</c> goes on answering and the memory that the process
/// ever held (as the kernel keeps it) stays below what it was given.
/// </summary>
[TestFixture, Category(TestCategories.Slow)]
internal sealed class AttackTests
{
    private const int GivenMb = 1024;
    private const int KnnRows = 150_000;

    /// <summary>Far more than a busy machine makes of it: only who is stalled takes so long.</summary>
    private static readonly TimeSpan _stalled = TimeSpan.FromSeconds(10);

    private static readonly DateTime _start = new(2026, 1, 5);

    private TemporaryFolder _folder = null!;
    private FltsProcess _flts = null!;
    private Pulse _pulse = null!;
    private byte[] _wide = [];
    private byte[] _taken = [];

    private static IEnumerable<TestCaseData> Plans =>
    [
        Plan("A fit of GRU would need about ", """{"members": 16, "num_layers": 8, "hidden_size": 1024}""", "GRU"),
        Plan("A fit of PROPHET would need about ", Holidays(), "PROPHET"),
        Plan("A fit of PROPHET would need about ", Seasonalities(), "PROPHET"),
        new TestCaseData(
            """{"dataset": "gaps", "preprocessing": {"max_gap_steps": 100000}}""", "With the missing rows of gaps of up to 100000 steps ")
            .SetArgDisplayNames("max_gap_steps of 100,000"),
        new TestCaseData("""{"dataset": "holes", "evaluation": {"evaluation_horizon": 1000}}""", "The evaluation would need about ")
            .SetArgDisplayNames("evaluation_horizon of 1000"),
    ];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        Stations.Write(_folder["datasets"], "station", 600);
        await WriteAsync("gaps", Lines(8000, i => $"{At((100_000 * (i / 4)) + (i % 4))},{i % 7}"));
        await WriteAsync("holes", Lines(KnnRows, i => $"{At(i)},{(i % 3 > 0 ? "" : i % 7)},{i % 11},{i % 13},{i % 17}", "time,a,b,c,d"));
        (_wide, _taken) = (Wide(100_000, CompressionLevel.Optimal), Wide(40_000, CompressionLevel.Fastest));
        _flts = FltsProcess.Start(new FltsStart
        {
            Data = _folder["data"],
            Settings = new Dictionary<string, string>(Stations.SmallModels) { ["Inference:RefreshSeconds"] = "0.5" },
            Arguments = ["--datasets", _folder["datasets"]],
            MemoryMb = GivenMb,
        });
        await _flts.WaitUntilReadyAsync();
        await _flts.UseAdminKeyAsync();
        await _flts.WaitForEndAsync(await _flts.StartPipelineAsync(
            new JsonObject { ["dataset"] = "station", ["model_types"] = new JsonArray("NAIVE") }));
        await _flts.WaitForModelAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _flts.DisposeAsync();
        _folder.Dispose();
    }

    [SetUp]
    public void Watch() => _pulse = new Pulse(_flts.BaseAddress);

    [TearDown]
    public async Task IsAliveAsync()
    {
        await _pulse.DisposeAsync();
        var held = Kilobytes("VmHWM") >> 10;
        TestContext.Out.WriteLine($"/healthz within {_pulse.Slowest.TotalMilliseconds:0} ms; {held} MB held at most");
        Assert.That(_flts.HasExited, Is.False);
        Assert.That(_pulse.Slowest, Is.LessThan(_stalled), "/healthz");
        Assert.That(held, Is.LessThan(GivenMb));
    }

    [TestCaseSource(nameof(Plans))]
    public async Task A_pipeline_that_would_take_more_than_there_is_is_refused_with_its_sum(string body, string sentence)
    {
        var answer = await SendAsync(HttpMethod.Post, "/pipelines", Json(body));

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity), answer.Text);
        Assert.That(answer.Detail, Does.StartWith(sentence).And.Contain("Limits:MemoryMb"));
    }

    [Test]
    public async Task A_small_file_of_many_nearly_empty_columns_is_refused_while_it_is_read()
    {
        Assert.That(_wide, Has.Length.LessThan(2 << 20));

        var answer = await SendAsync(HttpMethod.Put, "/datasets/wide", Packed(_wide));

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity), answer.Text);
        Assert.That(answer.Detail, Does.Contain("values, the most that are taken (Limits:Cells, Limits:MemoryMb)"));
    }

    [Test]
    public async Task The_profile_of_as_many_columns_as_are_taken_holds_no_more_than_it_may()
    {
        await SendAsync(HttpMethod.Put, "/datasets/taken", Packed(_taken));

        var answer = await SendAsync(HttpMethod.Get, "/datasets/taken/profile");

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.Text);
    }

    [Test]
    public async Task A_body_of_60_MB_is_refused_before_it_is_read()
    {
        var body = new ByteArrayContent(new byte[60 << 20]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

        var answer = await SendAsync(HttpMethod.Post, "/predict", body, expectContinue: true);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    public async Task A_batch_whose_answer_would_be_too_large_is_refused_before_it_is_computed()
    {
        var item = $$"""{"inference_length": 1440, "level": [{{string.Join(", ", Enumerable.Range(80, 10))}}]}""";

        var answer = await SendAsync(
            HttpMethod.Post, "/predict/batch", Json($$"""{"items": [{{string.Join(", ", Enumerable.Repeat(item, 256))}}]}"""));

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity), answer.Text);
        Assert.That(answer.Detail, Does.Contain("Limits:AnswerMb"));
    }

    [Test]
    public async Task Neighbours_of_100_000_rows_are_looked_for_beside_everybody_and_no_longer_than_somebody_waits()
    {
        var id = await _flts.StartPipelineAsync(JsonNode.Parse(
            """{"dataset": "holes", "model_types": ["NAIVE"], "preprocessing": {"missing": {"strategy": "knn"}}}""")!.AsObject());
        await _flts.WaitForEventAsync("preprocess_start", e => e["dataset"]!.GetValue<string>() == "holes");
        await Task.Delay(TimeSpan.FromSeconds(4));

        await _flts.PostAsync($"/pipelines/{id}/cancel", [], HttpStatusCode.Accepted);

        // To its end it would take minutes of a processor.
        await _flts.WaitForEventAsync("preprocess_stopped", within: TimeSpan.FromSeconds(20));
    }

    [Test]
    public async Task Twenty_looks_at_a_large_file_copy_it_once()
    {
        await WriteAsync("large", Lines(1_000_000, i => $"{At(i)},{i % 7}"));
        await _flts.GetAsync("/datasets/large");
        var before = Bytes("wchar");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(HttpMethod.Get, "/datasets/large")));

        Assert.That(answers.Select(a => a.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(Bytes("wchar") - before, Is.LessThan(4 << 20), "bytes written to disk and sockets");
    }

    private static string At(int seconds) => _start.AddSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static IEnumerable<string> Lines(int rows, Func<int, string> line, string header = "time,a") =>
        Enumerable.Range(0, rows).Select(line).Prepend(header);

    /// <summary>511 columns, of which each row has a value in one.</summary>
    private static byte[] Wide(int rows, CompressionLevel level)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, level, leaveOpen: true))
        using (var text = new StreamWriter(gzip))
        {
            text.Write("time" + string.Concat(Enumerable.Range(0, 511).Select(c => $",c{c}")) + "\n");
            var line = new string(',', 511);
            for (var i = 0; i < rows; i++)
                text.Write($"{At(i)}{line.AsSpan(0, 1 + (i % 511))}1{line.AsSpan(1 + (i % 511))}\n");
        }

        return packed.ToArray();
    }

    private static TestCaseData Plan(string sentence, string options, string type) => new TestCaseData(
        $$"""{"dataset": "station", "model_types": ["{{type}}"], "training": {"{{type}}": {{options}} } }""", sentence)
        .SetArgDisplayNames($"{type} {options[..Math.Min(40, options.Length)]}");

    private static string Holidays() => new JsonObject
    {
        ["holidays"] = new JsonArray([.. Enumerable.Range(0, 50).Select(i => (JsonNode)new JsonObject
        {
            ["holiday"] = $"day-{i}", ["ds"] = "2026-01-05", ["lower_window"] = -366, ["upper_window"] = 366,
        })]),
    }.ToJsonString();

    private static string Seasonalities() => new JsonObject
    {
        ["seasonalities"] = new JsonArray([.. Enumerable.Range(0, 20).Select(i => (JsonNode)new JsonObject
        {
            ["name"] = $"season-{i}", ["period"] = 10 + i, ["fourier_order"] = 1000,
        })]),
    }.ToJsonString();

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static ByteArrayContent Packed(byte[] body) =>
        new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/gzip") } };

    private async Task<(HttpStatusCode Status, string Text, string Detail)> SendAsync(
        HttpMethod method, string path, HttpContent? content = null, bool expectContinue = false)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.ExpectContinue = expectContinue;
        using var response = await _flts.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text, response.IsSuccessStatusCode ? "" : JsonNode.Parse(text)!["detail"]!.GetValue<string>());
    }

    /// <summary>As if it had lain there for a while: what has just been written is looked into again.</summary>
    private async Task WriteAsync(string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(_folder["datasets"], $"{name}.csv");
        await File.WriteAllLinesAsync(path, lines);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-5));
    }

    private long Kilobytes(string name) => Number($"/proc/{_flts.Id}/status", name);

    private long Bytes(string name) => Number($"/proc/{_flts.Id}/io", name);

    private static long Number(string file, string name) => long.Parse(
        File.ReadLines(file).Single(l => l.StartsWith($"{name}:", StringComparison.Ordinal)).Split(':', ' ', '\t')
            .First(part => part.Length > 0 && char.IsDigit(part[0])),
        CultureInfo.InvariantCulture);

    /// <summary>Asks for <c>/healthz</c> all the time, on a connection of its own.</summary>
    private sealed class Pulse : IAsyncDisposable
    {
        private readonly HttpClient _http;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _beating;

        public Pulse(Uri address)
        {
            _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
            _beating = Task.Run(BeatAsync);
        }

        /// <summary>The longest that an answer took.</summary>
        public TimeSpan Slowest { get; private set; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _beating;
            _stop.Dispose();
            _http.Dispose();
        }

        private async Task BeatAsync()
        {
            while (!_stop.IsCancellationRequested)
            {
                var clock = Stopwatch.StartNew();
                using (var answer = await _http.GetAsync(new Uri("/healthz", UriKind.Relative)))
                    answer.EnsureSuccessStatusCode();
                Slowest = clock.Elapsed > Slowest ? clock.Elapsed : Slowest;
                await Task.Delay(50);
            }
        }
    }
}
