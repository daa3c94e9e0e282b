using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Host.Hosting;
using FLTS.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace FLTS.Tests.Pipeline.Schedules;

/// <summary>Schedules as a client makes, sees and fires them.</summary>
[TestFixture, Parallelizable]
internal sealed class SchedulesOverHttpTests
{
    private const string Document = """{"cron": "0 3 * * *", "zone": "Europe/Madrid", "pipeline": {"dataset": "station"}}""";

    private RunningHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync(settings: new Dictionary<string, string?>
        {
            ["Pipeline:DemoOnEmpty"] = "false",
            ["Pipeline:ExpectedModelTypes:0"] = "NAIVE",
            ["Schedules:of-settings:cron"] = "0 4 * * *",
            ["Schedules:of-settings:pipeline:dataset"] = "station",
        }).ReadyAsync();
        await _host.PutAsync("station", DatasetClient.Csv(0, 300)).ExpectAsync(HttpStatusCode.Created);

        // What stands in the settings is there after the first look.
        while ((await _host.GetAsync("/schedules/of-settings")).Status != HttpStatusCode.OK)
            await Task.Delay(50);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public async Task A_schedule_is_made_seen_replaced_and_removed()
    {
        var made = await PutAsync("nightly", Document).ExpectAsync(HttpStatusCode.Created);
        var replaced = await PutAsync("nightly", Document.Replace("0 3", "0 5", StringComparison.Ordinal)).ExpectAsync(HttpStatusCode.OK);
        var seen = await _host.GetAsync("/schedules/nightly").ExpectAsync(HttpStatusCode.OK);
        var listed = (await _host.GetAsync("/schedules")).Body["items"]!.AsArray().Select(i => i!["name"]!.ToString()).ToList();
        await _host.AskAsync(HttpMethod.Delete, "/schedules/nightly", null).ExpectAsync(HttpStatusCode.NoContent);

        Assert.That(made.Body["next"]!["due_at"]!.ToString(), Does.Contain("T03:00:00+0"));
        Assert.That((replaced.Text("cron"), seen.Text("cron"), seen.Text("origin")), Is.EqualTo(("0 5 * * *", "0 5 * * *", "api")));
        Assert.That(seen.Body["pipeline"]!["dataset"]!.ToString(), Is.EqualTo("station"));
        Assert.That(listed, Does.Contain("nightly"));
        Assert.That((await _host.GetAsync("/schedules/nightly")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Fired_by_hand_it_starts_its_pipeline_and_with_the_same_data_again_nothing()
    {
        await PutAsync("by-hand", Document).ExpectAsync(HttpStatusCode.Created);
        var first = await FireAsync("by-hand");
        await WaitAsync("finished");
        var before = Fires();
        var second = await FireAsync("by-hand");
        var seen = await _host.GetAsync("/schedules/by-hand");
        var pipeline = (await _host.GetAsync($"/pipelines/{first.Text("pipeline_id")}")).Body;

        Assert.That((first.Text("outcome"), second.Text("outcome")), Is.EqualTo(("started", "skipped_no_data")));
        Assert.That(second.Text("pipeline_id"), Is.EqualTo(first.Text("pipeline_id")));
        Assert.That(pipeline["dataset"]!.ToString(), Is.EqualTo("station"));
        Assert.That(seen.Body["fires"]!.AsArray().Select(f => f!["by_hand"]!.GetValue<bool>()), Is.EqualTo(new[] { true, true }));
        Assert.That(seen.Body["outcomes"]!["skipped_no_data"]!.GetValue<int>(), Is.EqualTo(1));
        using var metrics = await _host.SendAsync(HttpMethod.Get, "/metrics");
        var text = await metrics.Content.ReadAsStringAsync();
        Assert.That(text, Does.Match("""flts_schedule_fires_total\{[^}]*outcome="skipped_no_data"[^}]*\} [1-9]"""));
        Assert.That(text, Does.Match("""flts_schedule_fires_total\{[^}]*outcome="missed"[^}]*\} \d"""), "from the first scrape");
        Assert.That((Fires()["skipped_no_data"] - before["skipped_no_data"], before["missed"]), Is.EqualTo((1, 0)));

        async Task WaitAsync(string outcome)
        {
            for (var i = 0; i < 300; i++)
            {
                if ((await _host.GetAsync("/schedules/by-hand")).Body["fires"]![0]!["outcome"]!.ToString() == outcome)
                    return;
                await Task.Delay(100);
            }

            Assert.Fail($"it is not {outcome}");
        }
    }

    [Test]
    public async Task The_next_due_times_are_told_on_the_clock_of_the_zone()
    {
        await PutAsync("hourly", Document.Replace("0 3 * * *", "0 * * * *", StringComparison.Ordinal)).ExpectAsync(HttpStatusCode.Created);

        var next = await _host.GetAsync("/schedules/hourly/next?count=30").ExpectAsync(HttpStatusCode.OK);

        var due = next.Body["items"]!.AsArray().Select(i => DateTimeOffset.Parse(i!["due_at"]!.ToString(), null)).ToList();
        Assert.That(due, Has.Count.EqualTo(30));
        Assert.That(due.Zip(due.Skip(1), (a, b) => b - a), Is.All.EqualTo(TimeSpan.FromHours(1)));
        Assert.That((await _host.GetAsync("/schedules/hourly/next?count=0")).Detail, Does.Contain("'count' is 0"));
    }

    [TestCase("cron", "\"61 * * * *\"", "'cron' is \"61 * * * *\"; it must be a cron expression of five fields")]
    [TestCase("cron", "\"0 0 30 2 *\"", "this one never is")]
    [TestCase("cron", "null", "'cron' is missing")]
    [TestCase("zone", "\"Europe/Barcelona\"", "'zone' is \"Europe/Barcelona\"; it must be an IANA time zone")]
    [TestCase("jitter_seconds", "86400", "'jitter_seconds' is 86400; it must be less than the 86400 s between the nearest two due times")]
    [TestCase("jitter_seconds", "-1", "'jitter_seconds' is -1")]
    [TestCase("overlap", "\"queue\"", "'overlap' is \"queue\"; it must be one of skip, allow")]
    [TestCase("pipeline", "[]", "'pipeline' is []; it must be an object as POST /pipelines takes it")]
    [TestCase("pipeline", """{"dataset": "station", "model_type": "GRU"}""", "In 'pipeline': Unknown field 'model_type'")]
    [TestCase("pipeline", """{"dataset": "station", "model_types": ["CRYSTAL_BALL"]}""", "In 'pipeline': ")]
    [TestCase("crone", "1", "Unknown field 'crone'; known are cron, zone")]
    public async Task What_is_wrong_is_said_by_the_name_of_the_field(string field, string value, string sentence)
    {
        var document = JsonNode.Parse(Document)!.AsObject();
        if (field == "jitter_seconds")
            document["zone"] = "UTC";
        document[field] = JsonNode.Parse(value);

        var refused = await PutAsync("wrong", document.ToJsonString()).ExpectAsync(HttpStatusCode.UnprocessableEntity);

        Assert.That(refused.Detail, Does.Contain(sentence));
        Assert.That((await _host.GetAsync("/schedules/wrong")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_name_or_dataset_that_cannot_be_is_said()
    {
        var name = await PutAsync("-x", Document).ExpectAsync(HttpStatusCode.UnprocessableEntity);
        var dataset = await PutAsync("x", """{"cron": "0 3 * * *", "pipeline": {"dataset": "nowhere"}}""")
            .ExpectAsync(HttpStatusCode.NotFound);

        Assert.That(name.Detail, Does.Contain("'-x' is no name of a schedule"));
        Assert.That(dataset.Detail, Does.Contain("There is no dataset 'nowhere'"));
    }

    [Test]
    public async Task One_of_the_settings_is_changed_there_only_and_can_be_fired()
    {
        var removed = await _host.AskAsync(HttpMethod.Delete, "/schedules/of-settings", null).ExpectAsync(HttpStatusCode.Conflict);
        var replaced = await PutAsync("of-settings", Document).ExpectAsync(HttpStatusCode.Conflict);
        var resumed = await _host.AskAsync(HttpMethod.Post, "/schedules/of-settings/resume", null).ExpectAsync(HttpStatusCode.OK);

        Assert.That(removed.Detail, Does.Contain("section Schedules:of-settings"));
        Assert.That(replaced.Detail, Does.Contain("section Schedules:of-settings"));
        Assert.That(resumed.Text("origin"), Is.EqualTo("settings"));
        Assert.That((await FireAsync("of-settings")).Text("outcome"), Is.EqualTo("started").Or.EqualTo("skipped_no_data"));
    }

    [TestCase("Schedules:nightly:cron=often", "Setting Schedules:nightly: 'cron' is \"often\"")]
    [TestCase("Schedules:nightly:pipeline:datasett=x", "Setting Schedules:nightly: Unknown field 'datasett'")]
    public void A_wrong_schedule_of_the_settings_is_refused_at_the_start(string setting, string sentence)
    {
        using var folder = new TemporaryFolder();
        var settings = RunningHost.Settings(folder);
        (settings["Schedules:nightly:cron"], settings["Schedules:nightly:pipeline:dataset"]) = ("0 3 * * *", "x");
        settings[setting.Split('=')[0]] = setting.Split('=')[1];

        Assert.That(() => Server.Build(settings, jsonToConsole: false), Throws.InstanceOf<FltsException>().With.Message.Contains(sentence));
    }

    /// <summary>By outcome, what this host counted: <c>/metrics</c> of a process tells what every host in it did.</summary>
    private Dictionary<string, long> Fires()
    {
        var (counts, meters) = (new Dictionary<string, long>(), _host.App.Services.GetRequiredService<IMeterFactory>());
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Name == "flts_schedule_fires_total" && instrument.Meter.Scope == meters)
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => counts[(string)tags[0].Value!] = count);
        listener.Start();
        listener.RecordObservableInstruments();
        return counts;
    }

    private Task<Answer> PutAsync(string name, string document) =>
        _host.AskAsync(HttpMethod.Put, $"/schedules/{name}", new StringContent(document, Encoding.UTF8, "application/json"));

    private Task<Answer> FireAsync(string name) =>
        _host.AskAsync(HttpMethod.Post, $"/schedules/{name}/fire", null).ExpectAsync(HttpStatusCode.Accepted);
}
