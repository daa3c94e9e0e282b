using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using NUnit.Framework;

namespace FLTS.Tests.Upgrade;

/// <summary>
/// This version opens what an earlier one stored, on the database of the derived fixture. All recorded requests are asked again at the
/// start, before any test changes anything; tests that change something do so under identifiers of their own.
/// </summary>
internal abstract class UpgradeTests(string database)
{
    /// <summary>Members that an attempt and a scoreboard of now have from now.</summary>
    private static readonly string[] _ofNow = ["attempt_id", "scoreboard_id", "created_at", "ended_at", "duration_ms"];

    private readonly TemporaryFolder _folder = new();
    private readonly List<(Recorded Asked, int Status, JsonNode Answer)> _answers = [];
    private IReadOnlyDictionary<string, string> _objectsBefore = new Dictionary<string, string>();
    private IReadOnlyDictionary<string, string> _objectsAfter = new Dictionary<string, string>();
    private HashSet<string> _runs = [];

    protected FltsProcess Flts { get; private set; } = null!;

    protected Before Before { get; } = Before.Read(database);

    /// <summary>Environment variables of the process.</summary>
    protected abstract Task<IReadOnlyDictionary<string, string>> EnvironmentAsync();

    [OneTimeSetUp]
    public async Task AskEverythingAgain()
    {
        Before.UnpackTo(_folder["data"]);
        _objectsBefore = Before.HashesOf(Path.Combine(_folder["data"], "objects"));
        Flts = FltsProcess.Start(new FltsStart
        {
            Data = _folder["data"],
            Environment = await EnvironmentAsync(),
            Settings = new Dictionary<string, string> { ["Pipeline:DemoOnEmpty"] = "false" },
        });
        await Flts.WaitUntilReadyAsync(); // It serves champions of its cache while the database is still being brought up to date.
        await Flts.UseAdminKeyAsync();
        await Flts.WaitForAsync("every part to be proven", async () =>
            (await (await Flts.Http.GetAsync("/readyz")).Content.ReadAsStringAsync()).Contains("\"status\":\"ok\"") ? "ok" : null);
        foreach (var champion in Before.List("/champions"))
            await ServedAsync(champion["identifier"]!.GetValue<string>(), champion["in_force"]!["version"]!.GetValue<int>());

        foreach (var asked in Before.Requests.Where(r => !AsksForInstants(r)))
        {
            var (status, answer) = asked.Name == "list" ? (200, await AllPagesAsync(asked.Path)) : await AskAsync(asked);
            _answers.Add((asked, status, answer));
        }

        _runs = [.. (await AllPagesAsync("/runs?limit=100")).AsArray().Select(r => r!["run_id"]!.GetValue<string>())];
        _objectsAfter = Before.HashesOf(Path.Combine(_folder["data"], "objects"));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (Flts is not null)
            await Flts.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public void What_is_stored_is_told_as_before(
        [Values("list", "dataset", "champion", "pipeline", "scoreboard", "run", "metrics", "promotion", "loaded")] string what) =>
        Assert.That(Differences(what), Is.Empty);

    [Test]
    public void A_profile_of_stored_data_is_that_of_before() => Assert.That(Differences("profile", 1e-12, "first", "last"), Is.Empty);

    [Test]
    public void Every_champion_of_before_forecasts_what_it_forecast_then() => Assert.That(Differences("predict", OfNets), Is.Empty);

    [Test]
    public void A_dry_run_decides_and_scores_as_before() =>
        Assert.That(Differences("dry_run", OfNets, [.. _ofNow, "reason"]), Is.Empty); // The sentence is for people.

    [Test]
    public void A_promotion_by_hand_with_a_key_of_before_answers_what_it_answered_then() => Assert.That(Differences("by_hand"), Is.Empty);

    [Test]
    public void A_pipeline_asked_for_again_is_the_one_of_before_and_trains_nothing()
    {
        Assert.That(Differences("repost"), Is.Empty);
        string[] known =
        [
            .. Before.List("/runs").Select(r => r["run_id"]!.GetValue<string>()),
            .. new[] { "running", "queued", "storing", "blocked" }.Select(how => Before.Unfinished(how).RunId),
        ];
        Assert.That(_runs, Is.EquivalentTo(known));
    }

    [Test]
    public async Task Nothing_of_before_becomes_invalid_and_every_object_stays_as_it_was()
    {
        var invalid = (await AllPagesAsync("/runs?status=invalid&limit=50")).AsArray().Select(r => r!["run_id"]!.GetValue<string>());
        Assert.That(
            invalid,
            Is.EqualTo(
                Before.List("/runs").Where(r => r["status"]!.GetValue<string>() == "invalid").Select(r => r["run_id"]!.GetValue<string>())),
            "the one that was invalid before");
        Assert.That(Flts.Events("model_load_failed"), Is.Empty);
        Assert.That(_objectsBefore.Where(o => _objectsAfter.GetValueOrDefault(o.Key) != o.Value).Select(o => o.Key), Is.Empty);
    }

    [Test]
    public async Task A_new_pipeline_is_judged_against_the_champion_of_before()
    {
        var champions = Before.List("/champions")
            .Where(c => c["identifier"]!.GetValue<string>() is "gru" or "lstm" or "prophet" or "lightgbm")
            .ToList();
        var started = new List<(JsonObject Champion, string Pipeline)>();
        foreach (var champion in champions)
        {
            // The data as it was prepared, on another scale.
            var identifier = champion["identifier"]!.GetValue<string>();
            var asked = Before.Requests.FirstOrDefault(r =>
                r.Name == "repost" && r.Body!["identifier"]!.GetValue<string>() == identifier)?.Body;
            var preprocessing = asked?["preprocessing"]?.DeepClone().AsObject() ?? [];
            preprocessing["scaler"] = "Robust";
            var dataset = Before.List("/pipelines").First(p => p["identifier"]!.GetValue<string>() == identifier)["dataset"]!.DeepClone();
            var request = new JsonObject
            {
                ["dataset"] = dataset,
                ["identifier"] = identifier,
                ["model_types"] = new JsonArray("NAIVE", "AR"),
                ["preprocessing"] = preprocessing,
            };
            started.Add((champion, await Flts.StartPipelineAsync(request)));
        }

        Assert.That(
            started.Select(s => s.Champion["in_force"]!["model_type"]!.GetValue<string>()),
            Is.EquivalentTo(new[] { "GRU", "LSTM", "PROPHET", "LIGHTGBM" }));
        foreach (var (champion, pipeline) in started)
        {
            var ended = await Flts.WaitForEndAsync(pipeline);
            Assert.That(ended["status"]!.GetValue<string>(), Is.AnyOf("promoted", "kept_champion"), ended.ToJsonString());
            var line = (await Flts.GetAsync($"/scoreboards/{pipeline}"))["entries"]!
                .AsArray()
                .SingleOrDefault(e => e!["kind"]!.GetValue<string>() == "champion");
            Assert.That(line?["run_id"]?.GetValue<string>(), Is.EqualTo(champion["in_force"]!["run_id"]!.GetValue<string>()));
            Assert.That(line!["score"]?.GetValue<double>() ?? 0, Is.GreaterThan(0), line.ToJsonString());
        }
    }

    [Test]
    public async Task Earlier_versions_of_a_champion_are_put_in_force_again_and_forecast_as_they_did()
    {
        var request = Before.Requests.First(r =>
            r.Name == "predict"
            && r.Body!["identifier"]!.GetValue<string>() == "history"
            && r.Body["inference_length"]?.GetValue<int>() == 10)
            .Body!.DeepClone()
            .AsObject();
        request.Remove("level");
        for (var version = 1; version <= 3; version++)
        {
            var line = await Flts.PostAsync("/champions/history/rollback", new JsonObject { ["to_version"] = version });
            await ServedAsync("history", line["version"]!.GetValue<int>());
            var answer = await Flts.PostAsync("/predict", request.DeepClone().AsObject());
            var tolerance = version == 2 ? OfRecursion : OfNets; // The second is the one whose 'up' falls below 0.
            var differences = Comparison.Differences(Before.History[version - 1], answer, tolerance, "version");
            Assert.That(differences, Is.Empty, $"version {version}");
        }
    }

    [Test]
    public async Task What_was_being_trained_waited_or_was_not_yet_stored_is_finished_and_promoted_once(
        [Values("running", "queued", "storing")] string how)
    {
        var left = Before.Unfinished(how);

        var ended = await Flts.WaitForEndAsync(left.PipelineId);

        Assert.That(ended["status"]!.GetValue<string>(), Is.EqualTo("promoted"), ended.ToJsonString());
        Assert.That(
            ended["runs"]!.AsArray().Select(r => r!["run_id"]!.GetValue<string>()),
            Is.EqualTo(new[] { left.RunId }),
            "nothing was trained as another run");
        Assert.That(
            (await Flts.GetAsync($"/champions/{left.Identifier}"))["history"]!.AsArray().Select(v => v!["run_id"]!.GetValue<string>()),
            Is.EqualTo(new[] { left.RunId }));
        Assert.That(
            (await Flts.GetAsync($"/promotions?identifier={left.Identifier}"))["items"]!
                .AsArray()
                .Select(a => a!["outcome"]!.GetValue<string>()),
            Is.EqualTo(new[] { "promoted" }));
        await ServedAsync(left.Identifier, 1);
        if (how == "storing")
            Assert.That(
                (await Flts.GetAsync($"/runs/{left.RunId}"))["attempt"]!.GetValue<int>(),
                Is.EqualTo(1),
                "what is trained is not trained again");
    }

    [Test]
    public async Task A_pipeline_that_was_blocked_is_tried_again()
    {
        var left = Before.Unfinished("blocked");

        // Its reason was an error of the version before; one that has it still is blocked again.
        await Flts.WaitForAsync("another try", async () =>
        {
            var attempt = (await Flts.GetAsync($"/promotions?identifier={left.Identifier}"))["items"]!.AsArray().Single()!;
            return attempt["outcome"]?.GetValue<string>() != "blocked"
                || attempt["tries"]!.AsArray().Any(t => t!["at"]!.GetValue<DateTimeOffset>() > Started) ? attempt : null;
        });
    }

    /// <summary>
    /// Of nets: another processor, or another kernel, rounds sums otherwise.
    /// </summary>
    private const double OfNets = 1e-5;

    /// <summary>
    /// Of the station whose forecast falls below 0 on its way: what is fed back is the clamped value since, so its last step differs.
    /// </summary>
    private const double OfRecursion = 1e-2;

    private static DateTimeOffset Started => System.Diagnostics.Process.GetCurrentProcess().StartTime;

    /// <summary>Whoever asks for data of a zone today asks for its instants, which are other data (ADR 16) and another pipeline.</summary>
    private static bool AsksForInstants(Recorded asked) => asked.Name == "repost" && asked.Body?["preprocessing"]?["timezone"] is not null;

    private List<string> Differences(string name, double tolerance = 0, params string[] ignored)
    {
        var answers = _answers.Where(a => a.Asked.Name == name).ToList();
        Assert.That(answers, Is.Not.Empty);
        return [.. answers.SelectMany(a => DifferencesOf(a, tolerance, ignored)).Take(20)];
    }

    private IEnumerable<string> DifferencesOf((Recorded Asked, int Status, JsonNode Answer) a, double tolerance, string[] ignored)
    {
        var what = $"{a.Asked.Method} {a.Asked.Path}";
        if (a.Status != a.Asked.Status)
            return [$"{what} answers {a.Status}, not {a.Asked.Status}: {a.Answer.ToJsonString()}"];
        if (a.Status >= 400)
            return []; // The sentence is for people.

        var (expected, actual) = a.Asked.Name switch
        {
            "list" => (a.Asked.Answer, Known(a.Answer.AsArray())),
            "dry_run" => (Defaults.WithoutReferencesOfNow(a.Asked.Answer), Defaults.WithoutReferencesOfNow(a.Answer)),
            "loaded" => (Comparison.Sorted(a.Asked.Answer["items"]!.AsArray()), Comparison.Sorted(Known(a.Answer["items"]!.AsArray()))),
            _ => (a.Asked.Answer, a.Answer),
        };
        var recurs = a.Asked.Name == "predict" && a.Asked.Body?["identifier"]?.GetValue<string>() == "history";
        return Comparison.Differences(expected, actual, recurs ? OfRecursion : tolerance, ignored)
            .Select(d => $"{what} {a.Asked.Body?["identifier"]}: {d}");
    }

    /// <summary>Without what was unfinished, which is being finished meanwhile.</summary>
    private JsonArray Known(JsonArray items) =>
        [.. items.Where(i => i!["identifier"] is not { } identifier || Before.Identifiers.Contains(identifier.GetValue<string>()))
            .Select(i => i!.DeepClone())];

    private async Task<JsonNode> AllPagesAsync(string path)
    {
        var items = new JsonArray();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await Flts.GetAsync(path + cursor);
            foreach (var item in page["items"]!.AsArray())
                items.Add(item!.DeepClone());
            cursor = page["next"] is { } next ? $"&cursor={next}" : null;
        }

        return items;
    }

    /// <summary>One that is served from the cache has no newest rows before the first look at the database: 503 until then.</summary>
    private async Task<(int Status, JsonNode Answer)> AskAsync(Recorded asked)
    {
        var body = asked.Name == "repost" ? Defaults.AsThen(asked.Body!.AsObject()) : asked.Body;
        var answer = await Flts.WaitForAsync($"another answer than 503 to {asked.Method} {asked.Path}", async () =>
        {
            using var request = new HttpRequestMessage(new HttpMethod(asked.Method), asked.Path);
            if (body is not null)
                request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            foreach (var (name, value) in asked.Headers)
                request.Headers.Add(name, value);
            using var response = await Flts.Http.SendAsync(request);
            return response.StatusCode == HttpStatusCode.ServiceUnavailable
                ? null
                : Tuple.Create((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
        });
        return (answer.Item1, answer.Item2);
    }

    private Task<JsonNode> ServedAsync(string identifier, int version) =>
        Flts.WaitForAsync($"version {version} of {identifier} to be served", async () =>
            (await Flts.GetAsync("/models/loaded"))["items"]!
                .AsArray()
                .FirstOrDefault(m => m!["identifier"]!.GetValue<string>() == identifier && m["version"]!.GetValue<int>() == version));
}
