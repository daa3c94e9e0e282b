using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using FLTS.Tests.Host;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring;

/// <summary>Backtests of a small station, of which three models were judged, as a client asks for them.</summary>
[TestFixture, Parallelizable]
internal sealed class BacktestsOverHttpTests
{
    private const string Station = "station";
    private const int Rows = 600, TestRows = 120, Later = 45;

    private RunningHost _host = null!;
    private JsonObject _board = null!;
    private string _pipeline = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync(settings: Stations.SmallModels.ToDictionary(s => s.Key, s => (string?)s.Value)).ReadyAsync();
        await _host.PutAsync(Station, Csv(0, Rows)).ExpectAsync(HttpStatusCode.Created);
        _pipeline = await PipelineAsync(["GRU", "PROPHET", "AR"]);
        _board = (await _host.GetAsync($"/scoreboards/{_pipeline}")).Body;
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [TestCase("GRU")]
    [TestCase("PROPHET")]
    [TestCase("AR")]
    public async Task Over_the_test_part_of_its_own_data_a_model_has_the_errors_of_the_scoreboard(string type)
    {
        var entry = _board["entries"]!.AsArray().Single(e => e!["kind"]!.ToString() == "candidate" && e["model_type"]!.ToString() == type)!;

        var result = (await DoneAsync(new JsonObject { ["identifier"] = Station, ["run_id"] = entry["run_id"]!.ToString() }))["result"]!;

        Assert.That(result["scored_rows"]!.GetValue<int>(), Is.EqualTo(_board["scored_rows"]!.GetValue<int>()));
        AssertSame(result["overall"]!, entry, type);
        foreach (var (target, theirs) in entry["per_target"]!.AsObject())
        {
            var own = result["overall"]!["per_target"]![target]!;
            AssertSame(own, theirs!, $"{type} {target}");
            Assert.That(Number(own["original"]!, "rmse"), Is.EqualTo(Number(theirs!["original"]!, "rmse")).Within(1e-6 * 100));
        }

        Assert.That(
            result["per_lead"]!.AsArray().Select(l => Number(l!["score"]!, "rmse")),
            Is.EqualTo(entry["per_step"]!.AsArray().Select(s => Number(s!, "rmse"))).Within(1e-6));
        Assert.That(result["overlaps_train"]!.GetValue<bool>(), Is.False);
        Assert.That(result["lead"]?.ToString(), Is.EqualTo(type == "PROPHET" ? "from_end_of_train" : null));
    }

    [Test]
    public async Task Without_a_run_it_is_the_champion_and_the_same_again_is_the_same()
    {
        var champion = (await _host.GetAsync($"/champions/{Station}")).Body["in_force"]!["run_id"]!.ToString();

        var first = await PostAsync(new JsonObject { ["identifier"] = Station }).ExpectAsync(HttpStatusCode.Accepted);
        var again = await PostAsync(new JsonObject { ["identifier"] = Station, ["run_id"] = champion, ["leads"] = new JsonArray(2, 1, 1) })
            .ExpectAsync(HttpStatusCode.Accepted);

        Assert.That(first.Text("run_id"), Is.EqualTo(champion));
        Assert.That(again.Text("backtest_id"), Is.EqualTo(first.Text("backtest_id")), "leads 1 and 2 are those it was judged by");
        Assert.That(first.Text("location"), Is.EqualTo($"/backtests/{first.Text("backtest_id")}"));
    }

    [Test]
    public async Task A_span_that_is_the_test_part_gives_what_the_test_part_gives()
    {
        var whole = (await DoneAsync(new JsonObject { ["identifier"] = Station }))["result"]!;
        var span = (await DoneAsync(new JsonObject
        {
            ["identifier"] = Station,
            ["from"] = whole["from"]!.ToString(),
            ["to"] = whole["to"]!.ToString(),
        }))["result"]!;

        Assert.That(span["scored_rows"]!.GetValue<int>(), Is.EqualTo(TestRows));
        AssertSame(span["overall"]!, whole["overall"]!, "span");
    }

    [Test]
    public async Task Hours_add_up_to_the_whole_and_are_the_lines_of_the_csv()
    {
        var view = await DoneAsync(new JsonObject { ["identifier"] = Station, ["leads"] = new JsonArray(1, 5) });
        var (overall, hours) = (view["result"]!["overall"]!, view["hours"]!.AsArray());

        Assert.That(hours.Sum(h => h!["score"]!["matched"]!.GetValue<long>()), Is.EqualTo(overall["matched"]!.GetValue<long>()));
        Assert.That(hours.Select(h => h!["from"]!.ToString()), Is.All.EndsWith(":00:00"), "two minutes are summed by the hour");
        var down = hours.Select(h => h!["score"]!["per_target"]!["down"]!).Where(d => d["matched"]!.GetValue<long>() > 0).ToList();
        Assert.That(
            down.Sum(d => Number(d, "mse") * d["matched"]!.GetValue<long>()) / down.Sum(d => d["matched"]!.GetValue<long>()),
            Is.EqualTo(Number(overall["per_target"]!["down"]!, "mse")).Within(1e-9));
        using var answer = await _host.SendAsync(HttpMethod.Get, $"/backtests/{view["backtest_id"]}", withKey: true, accept: "text/csv");
        var lines = (await answer.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/csv"));
        Assert.That(lines[0], Is.EqualTo(
            "lead,from,target,cells,matched,state,rmse,mae,mse,bias,original_rmse,original_mae,original_bias"));
        Assert.That(lines, Has.Length.EqualTo(1 + (3 * hours.Count)), "all together, and each of two targets");
        var pooled = lines.Skip(1).Select(l => l.Split(',')).Where(f => f[2].Length == 0).ToList();
        Assert.That(
            pooled.Select(f => double.Parse(f[6], CultureInfo.InvariantCulture)),
            Is.EqualTo(hours.Select(h => Number(h!["score"]!, "rmse"))));
    }

    [Test]
    public async Task Rows_that_came_after_the_model_can_be_scored_and_rows_that_it_learned_from_are_told()
    {
        const string growing = "growing";
        await _host.PutAsync(growing, Csv(0, Rows)).ExpectAsync(HttpStatusCode.Created);
        await PipelineAsync(["AR"], growing);
        await _host.AppendAsync(growing, Csv(Rows, Later)).ExpectAsync(HttpStatusCode.OK);

        var fresh = (await DoneAsync(new JsonObject { ["identifier"] = growing, ["from"] = Time(Rows) }))["result"]!;
        var seen = (await DoneAsync(new JsonObject { ["identifier"] = growing, ["to"] = Time(99) }))["result"]!;

        Assert.That(fresh["scored_rows"]!.GetValue<int>(), Is.EqualTo(Later));
        Assert.That((fresh["from"]!.ToString(), fresh["to"]!.ToString()), Is.EqualTo((Time(Rows), Time(Rows + Later - 1))));
        Assert.That(fresh["overlaps_train"]!.GetValue<bool>(), Is.False);
        Assert.That(Number(fresh["overall"]!, "rmse"), Is.GreaterThan(0).And.LessThan(0.2), "in the scale of what the model learned from");
        Assert.That(seen["overlaps_train"]!.GetValue<bool>(), Is.True);
        Assert.That(seen["scored_rows"]!.GetValue<int>(), Is.EqualTo(90), "ten rows are before the first");
    }

    [Test]
    public async Task Data_that_was_prepared_meets_the_champion_in_force_without_being_asked()
    {
        const string grown = "grown";
        await _host.PutAsync(grown, Csv(0, Rows)).ExpectAsync(HttpStatusCode.Created);
        await PipelineAsync(["AR"], grown);
        var champion = (await _host.GetAsync($"/champions/{grown}")).Body["in_force"]!["run_id"]!.ToString();
        await _host.AppendAsync(grown, Csv(Rows, Later)).ExpectAsync(HttpStatusCode.OK);
        await PipelineAsync(["NAIVE"], grown);

        var items = await WaitForAsync(async () =>
            (await _host.GetAsync($"/backtests?identifier={grown}")).Body["items"]!.AsArray() is { Count: 1 } found
            && found[0]!["status"]!.ToString() == "succeeded" ? found : null);

        Assert.That(items[0]!["run_id"]!.ToString(), Is.EqualTo(champion));
        Assert.That(items[0]!["to"]!.ToString(), Is.EqualTo(Time(Rows + Later - 1)), "over the test part of the new data");
        Assert.That(items[0]!["hours"], Is.Null, "lists leave the hours out");
    }

    [TestCase("""{"identifier": "nobody"}""", 404, "Nothing was promoted for 'nobody'")]
    [TestCase("""{"identifier": "station", "run_id": "none"}""", 404, "There is no run 'none'")]
    [TestCase("""{"run_id": "none"}""", 422, "'identifier' is missing")]
    [TestCase("""{"identifier": "station", "lead": 1}""", 422, "Unknown field 'lead'")]
    [TestCase("""{"identifier": "station", "leads": []}""", 422, "Monitoring:MaxLead")]
    [TestCase("""{"identifier": "station", "leads": [0]}""", 422, "from 1 to 1000")]
    [TestCase("""{"identifier": "station", "leads": [1001]}""", 422, "from 1 to 1000")]
    [TestCase("""{"identifier": "station", "from": "soon"}""", 422, "'from' is 'soon'; it must be an ISO 8601 time")]
    [TestCase("""{"identifier": "station", "to": "2026-01-05T10:00:00Z"}""", 422, "the data's times have no zone")]
    [TestCase("""{"identifier": "station", "from": "2026-01-05T12:00:00", "to": "2026-01-05T11:00:00"}""", 422, "comes after 'to'")]
    [TestCase("""{"identifier": "station", "from": "2027-01-05"}""", 422, "its rows are from 2026-01-05T00:00:00 to")]
    [TestCase("""{"identifier": "station", "to": "2025-01-05"}""", 422, "Of 'station' 0 rows lie in the span (open) to 2025-01-05")]
    [TestCase("""{"identifier": "station", "to": "2026-01-05T00:10:00"}""", 422, "6 rows lie in the span")]
    public async Task What_cannot_be_is_said_at_once(string body, int status, string sentence)
    {
        var answer = await PostAsync(JsonNode.Parse(body)!.AsObject());

        Assert.That(((int)answer.Status, answer.Detail), Is.EqualTo((status, answer.Detail)));
        Assert.That(answer.Detail, Does.Contain(sentence));
    }

    [Test]
    public async Task A_backtest_that_is_not_there_is_not_found_and_a_list_has_pages()
    {
        await _host.GetAsync("/backtests/none").ExpectAsync(HttpStatusCode.NotFound);
        await DoneAsync(new JsonObject { ["identifier"] = Station });
        await DoneAsync(new JsonObject { ["identifier"] = Station, ["leads"] = new JsonArray(3) });

        var first = (await _host.GetAsync($"/backtests?identifier={Station}&limit=1")).Body;
        var second = (await _host.GetAsync($"/backtests?identifier={Station}&limit=1&cursor={first["next"]}")).Body;

        Assert.That(second["items"]![0]!["backtest_id"]!.ToString(), Is.Not.EqualTo(first["items"]![0]!["backtest_id"]!.ToString()));
    }

    [Test]
    public async Task A_run_is_put_beside_the_champion_and_taken_away_again()
    {
        var champion = (await _host.GetAsync($"/champions/{Station}")).Body["in_force"]!["run_id"]!.ToString();
        var other = _board["entries"]!.AsArray().First(e => e!["kind"]!.ToString() == "candidate" && e["run_id"]!.ToString() != champion)!;
        var place = $"/runs/{other["run_id"]}/shadow";

        var would = await _host.AskAsync(HttpMethod.Post, place, Content(new JsonObject { ["dry_run"] = true }));
        var put = await _host.AskAsync(HttpMethod.Post, place, null).ExpectAsync(HttpStatusCode.Accepted);
        var odd = await _host.AskAsync(HttpMethod.Post, place, Content(new JsonObject { ["dryrun"] = true }));
        var taken = await _host.AskAsync(HttpMethod.Delete, place, null).ExpectAsync(HttpStatusCode.Accepted);

        Assert.That((would.Status, would.Body["since"]), Is.EqualTo((HttpStatusCode.Accepted, (JsonNode?)null)));
        Assert.That((put.Text("champion_run_id"), put.Text("location")), Is.EqualTo((champion, $"/live/{Station}")));
        Assert.That(((int)odd.Status, odd.Detail), Is.EqualTo((422, odd.Detail)));
        Assert.That(odd.Detail, Does.Contain("Unknown field 'dryrun'"));
        Assert.That(taken.Text("since"), Is.EqualTo(put.Text("since")));
        await _host.AskAsync(HttpMethod.Delete, place, null).ExpectAsync(HttpStatusCode.NotFound);
        await _host.AskAsync(HttpMethod.Post, $"/runs/{champion}/shadow", null).ExpectAsync(HttpStatusCode.Conflict);
    }

    /// <summary>Two minutes apart, a wave with noise, some cells missing.</summary>
    private static string Csv(int from, int count)
    {
        var text = new StringBuilder("time,down,up\n");
        for (var i = from; i < from + count; i++)
        {
            var (down, up) = (100 + (20 * Math.Sin(i / 9.0)) + (i * 37 % 11), 50 + (10 * Math.Cos(i / 14.0)) + (i * 53 % 7));
            text.Append(CultureInfo.InvariantCulture, $"{Time(i)},{(i % 41 == 7 ? "" : down)},{up}\n");
        }

        return text.ToString();
    }

    private static string Time(int row) =>
        new DateTime(2026, 1, 5).AddMinutes(2 * row).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);

    private static void AssertSame(JsonNode own, JsonNode theirs, string what)
    {
        Assert.That(Number(own, "rmse"), Is.EqualTo(Number(theirs, "rmse")).Within(1e-6), what);
        Assert.That(Number(own, "mae"), Is.EqualTo(Number(theirs, "mae")).Within(1e-6), what);
    }

    private static double Number(JsonNode of, string name) => of[name]!.GetValue<double>();

    private async Task<string> PipelineAsync(string[] types, string dataset = Station)
    {
        var body = new JsonObject
        {
            ["dataset"] = dataset,
            ["model_types"] = new JsonArray([.. types.Select(t => (JsonNode)t)]),
            ["evaluation"] = new JsonObject { ["evaluation_horizon"] = 2, ["target_weights"] = new JsonObject { ["up"] = 2 } },
        };
        var started = await _host.AskAsync(HttpMethod.Post, "/pipelines", Content(body)).ExpectAsync(HttpStatusCode.Accepted);
        await WaitForAsync(async () => (await _host.GetAsync(started.Text("location"))).Body is var state
            && state["status"]!.ToString() is "promoted" or "kept_champion" ? state : null);
        return started.Text("pipeline_id");
    }

    private Task<Answer> PostAsync(JsonObject body) => _host.AskAsync(HttpMethod.Post, "/backtests", Content(body));

    private async Task<JsonObject> DoneAsync(JsonObject body)
    {
        var started = await PostAsync(body).ExpectAsync(HttpStatusCode.Accepted);
        var ended = await WaitForAsync(async () => (await _host.GetAsync(started.Text("location"))).Body is var view
            && view["status"]!.ToString() is "succeeded" or "failed" ? view : null);
        Assert.That(ended["status"]!.ToString(), Is.EqualTo("succeeded"), ended["error"]?.ToString());
        return ended;
    }

    private static StringContent Content(JsonObject body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

    private static async Task<T> WaitForAsync<T>(Func<Task<T?>> look)
        where T : class
    {
        for (var tries = 0; tries < 2400; tries++)
        {
            if (await look() is { } found)
                return found;
            await Task.Delay(50);
        }

        throw new TimeoutException("It did not come within 30 s.");
    }
}
