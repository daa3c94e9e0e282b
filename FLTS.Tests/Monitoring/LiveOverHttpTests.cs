using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using FLTS.Tests.Host;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring;

/// <summary>A station that is measured on, as a client asks how its forecasts did.</summary>
[TestFixture]
internal sealed class LiveOverHttpTests
{
    private const string Station = "tide";
    private const int Later = 60;

    private static readonly string _end = Show(LiveRig.FileRows + Later - 1);

    private RunningHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync(settings: Stations.SmallModels.ToDictionary(s => s.Key, s => (string?)s.Value)).ReadyAsync();
        await _host.PutAsync(Station, LiveRig.Csv(0, LiveRig.FileRows)).ExpectAsync(HttpStatusCode.Created);
        await _host.PutAsync("idle", LiveRig.Csv(0, LiveRig.FileRows)).ExpectAsync(HttpStatusCode.Created);
        foreach (var name in new[] { Station, "idle" })
            await PipelineAsync(name);
        await _host.AppendAsync(Station, LiveRig.Csv(LiveRig.FileRows, Later)).ExpectAsync(HttpStatusCode.OK);
        await WaitForAsync(async () => (await LiveAsync("")).Body is var live && live["scored_to"]?.ToString() == _end ? live : null);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public async Task Rows_that_come_are_scored_hour_by_hour_without_being_asked_for()
    {
        var live = (await LiveAsync("")).Body;

        var champion = (await _host.GetAsync($"/champions/{Station}")).Body["in_force"]!["run_id"]!.ToString();
        Assert.That(
            from m in live["models"]!.AsArray()
            where m["role"]!.ToString() == "champion"
            select (m["model"]!.ToString(), m["from"]!.ToString()),
            Is.EqualTo(new[] { (champion, Show(LiveRig.FileRows - 1)) }));
        var hours = live["hours"]!.AsArray();
        Assert.That(hours.Sum(h => h!["champion"]!["matched"]!.GetValue<int>()), Is.EqualTo(2 * Later));
        Assert.That(hours.Select(h => h!["state"]!.ToString()), Is.All.EqualTo("scored"));
        Assert.That(hours.Select(h => h!["ratio"]!.GetValue<double>()), Is.All.InRange(0, 2), "an AR against EWMA");
        Assert.That(hours.Select(h => h!["champion"]!["coverage_80"]), Has.None.Null);
        Assert.That(hours.Select(h => h!["reference"]), Has.None.Null, "the best of the champion's scoreboard");
        Assert.That((live.ToJsonString(), live["error"]), Is.EqualTo((live.ToJsonString(), (JsonNode?)null)));
    }

    [Test]
    public async Task Intervals_of_a_forecast_follow_what_came_true_and_the_answer_says_which()
    {
        var answer = await WaitForAsync(async () =>
            (await _host.GetAsync($"/predict/{Station}?steps=7&level=80")).Body is var body && body["intervals_adapted"] is not null
                ? body
                : null);

        Assert.That(
            answer["intervals_adapted"]!.ToJsonString(), Is.EqualTo($$"""{"levels":[80],"leads":[1,2,3,4,5],"revision":{{Later}}}"""));
        Assert.That((await _host.GetAsync("/predict/idle?steps=7&level=80")).Body["intervals_adapted"], Is.Null, "no truth came");
        Assert.That((await _host.GetAsync($"/predict/{Station}?steps=7")).Body["intervals_adapted"], Is.Null, "none was asked for");
    }

    [Test]
    public async Task A_span_and_a_lead_are_taken_and_the_csv_has_a_line_an_hour_and_role()
    {
        var span = $"lead=5&from={Show(LiveRig.FileRows + 12)}&to={Show(LiveRig.FileRows + 29)}";
        var hours = (await LiveAsync(span)).Body["hours"]!.AsArray();

        using var answer = await _host.SendAsync(HttpMethod.Get, $"/live/{Station}?{span}", withKey: true, accept: "text/csv");
        var lines = (await answer.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');
        var first = LiveRig.Time(LiveRig.FileRows + 12);
        Assert.That(
            DateTime.Parse(hours[0]!["from"]!.ToString(), CultureInfo.InvariantCulture),
            Is.EqualTo(new DateTime(first.Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour)));
        Assert.That(hours, Has.Count.EqualTo(4), "18 rows from an hour's middle");
        Assert.That(lines[0], Is.EqualTo(
            "from,day,role,model,cells,matched,state,mae,rmse,bias,coverage_80,coverage_95,interval_score_80"));
        Assert.That(lines, Has.Length.EqualTo(1 + hours.Sum(
            h => new[] { "champion", "previous", "shadow", "reference", "baseline" }.Count(r => h![r] is not null))));
    }

    [Test]
    public async Task The_forecast_as_it_stood_lies_beside_what_came()
    {
        var at = LiveRig.FileRows + 30;
        var path = $"/live/{Station}/forecast?at={Show(at)}&column=flow&level=95";
        var view = (await _host.GetAsync(path).ExpectAsync(HttpStatusCode.OK)).Body;

        var origin = DateTime.Parse(view["origin"]!.ToString(), CultureInfo.InvariantCulture);
        var row = (int)((origin - LiveRig.Start) / TimeSpan.FromMinutes(10));
        Assert.That(row, Is.InRange(at - 2, at), "every third step is an origin");
        foreach (var point in view["points"]!.AsArray())
        {
            var lead = point!["lead"]!.GetValue<int>();
            Assert.That(point["time"]!.ToString(), Is.EqualTo(Show(row + lead)));
            Assert.That(
                point["truth"]?.GetValue<double>(),
                row + lead < LiveRig.FileRows + Later ? Is.EqualTo(LiveRig.At(row + lead).Flow) : Is.Null);
            Assert.That(
                point["forecast"]!.GetValue<double>(),
                point["low"] is null ? Is.Not.Null : Is.InRange(point["low"]!.GetValue<double>(), point["high"]!.GetValue<double>()));
        }
    }

    [Test]
    public async Task Metrics_tell_ratio_and_coverage_of_a_station_that_is_measured_and_not_of_one_that_is_not()
    {
        using var answer = await _host.SendAsync(HttpMethod.Get, "/metrics", accept: "text/plain");
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n');

        foreach (var name in new[] { "flts_live_error_ratio", "flts_live_coverage" })
        {
            Assert.That(lines, Has.One.StartsWith($"{name}{{identifier=\"{Station}\"}} "));
            Assert.That(lines, Has.None.StartsWith($"{name}{{identifier=\"idle\"}}"));
        }
    }

    [TestCase("/live/nobody", 404, "Nothing was promoted for 'nobody'")]
    [TestCase("/live/tide?lead=3", 422, "forecasts of 1, 2, 5, 10, 15, 30, 60, 90 steps are scored")]
    [TestCase("/live/tide?from=soon", 422, "'from' is 'soon'; it must be an ISO 8601 time")]
    [TestCase("/live/tide?to=2026-01-05T10:00:00Z", 422, "the data's times have no zone")]
    [TestCase("/live/tide?from=2026-02-05&to=2026-01-05", 422, "comes after 'to'")]
    [TestCase("/live/tide/forecast?level=50", 422, "intervals of 80 (default) and 95 percent are kept")]
    [TestCase("/live/tide/forecast?column=ebb", 404, "none of the targets of 'tide': load, flow")]
    [TestCase("/live/tide/forecast?at=2026-01-05", 404, "No forecast of 'tide' up to 2026-01-05 is kept")]
    [TestCase("/live/idle/forecast", 404, "No forecast of 'idle' is kept yet")]
    public async Task What_cannot_be_is_said(string path, int status, string sentence)
    {
        var answer = await _host.GetAsync(path);

        Assert.That(((int)answer.Status, answer.Detail), Is.EqualTo((status, answer.Detail)));
        Assert.That(answer.Detail, Does.Contain(sentence));
    }

    private Task<Answer> LiveAsync(string query) => _host.GetAsync($"/live/{Station}?{query}").ExpectAsync(HttpStatusCode.OK);

    private static string Show(int row) => LiveRig.Time(row).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);

    private async Task PipelineAsync(string dataset)
    {
        var asked = new JsonObject { ["dataset"] = dataset, ["model_types"] = new JsonArray("AR") };
        using var body = new StringContent(asked.ToJsonString(), Encoding.UTF8, "application/json");
        var started = await _host.AskAsync(HttpMethod.Post, "/pipelines", body).ExpectAsync(HttpStatusCode.Accepted);
        await WaitForAsync(async () => (await _host.GetAsync(started.Text("location"))).Body is var state
            && state["status"]!.ToString() is "promoted" ? state : null);
    }

    private static async Task<T> WaitForAsync<T>(Func<Task<T?>> look)
        where T : class
    {
        for (var tries = 0; tries < 2400; tries++)
        {
            if (await look() is { } found)
                return found;
            await Task.Delay(50);
        }

        throw new TimeoutException("It did not come within 2 minutes.");
    }
}
