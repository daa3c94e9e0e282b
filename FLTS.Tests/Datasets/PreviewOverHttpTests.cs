using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Tests.Host;
using NUnit.Framework;

namespace FLTS.Tests.Datasets;

/// <summary>From a file of unknown form to a forecast, as a client goes.</summary>
[TestFixture, Parallelizable]
internal sealed class PreviewOverHttpTests
{
    private RunningHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _host = await RunningHost.StartAsync(settings: new Dictionary<string, string?>
    {
        ["Pipeline:DemoOnEmpty"] = "false",
        ["Pipeline:ReconcileSeconds"] = "0.5",
    }).ReadyAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public async Task A_file_is_shown_as_it_would_be_read_and_nothing_is_stored()
    {
        var before = await _host.StateAsync();
        var seen = await PreviewAsync(Encoding.UTF8.GetBytes(DatasetClient.Csv(0, 60).Replace("up\n", "up,note\n", StringComparison.Ordinal)
            .Replace("5\n", "5,ok\n", StringComparison.Ordinal)));

        Assert.That(seen["is_readable"]!.GetValue<bool>(), Is.True, seen.ToJsonString());
        Assert.That(
            seen["columns"]!.AsArray().Select(c => $"{c!["name"]} {c["kind"]} {c["sample"]![0]}"),
            Is.EqualTo(["time time 2026-01-05 00:00:00", "down numeric 100", "up numeric 50.25", "note text ok"]));
        var times = seen["times"]!;
        Assert.That(
            (times["form"]!.GetValue<string>(), times["step"]!.GetValue<string>(), times["regular_share"]!.GetValue<double>()),
            Is.EqualTo(("yyyy-MM-dd HH:mm:ss", "00:01:00", 1.0)));
        Assert.That(times["last"]!.GetValue<string>(), Does.StartWith("2026-01-05T00:59:00"));
        Assert.That(seen["left_out"]!.AsArray().Single()!.GetValue<string>(), Does.Contain("column 'note' is left out"));
        Assert.That(await _host.StateAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task The_first_megabyte_of_a_file_ends_in_the_middle_of_a_line_and_that_is_no_error([Values] bool isZipped)
    {
        var whole = Encoding.UTF8.GetBytes(DatasetClient.Csv(0, 60_000));
        var head = isZipped ? DatasetClient.Zip(whole)[..100_000] : whole[..1_000_000];

        var seen = await PreviewAsync(head);

        Assert.That(seen["is_readable"]!.GetValue<bool>(), Is.True, $"{seen["refused"]}");
        Assert.That(seen["is_head"]!.GetValue<bool>(), Is.True);
        Assert.That(seen["times"]!["rows"]!.GetValue<int>(), Is.InRange(10_000, 40_000));
    }

    [Test]
    public async Task What_is_no_table_at_all_is_answered_with_the_sentence_of_a_PUT()
    {
        Assert.That(await RefusedAsync([]), Does.Contain("the file is empty"));
        Assert.That(await RefusedAsync([0xFF, 0xFE, 0, 1]), Does.Contain("UTF-8"));
        Assert.That(
            (await _host.AskAsync(HttpMethod.Post, "/datasets/preview?timezon=UTC", new StringContent("x"))
                .ExpectAsync(HttpStatusCode.UnprocessableEntity)).Detail,
            Does.StartWith("Unknown parameter 'timezon' in the address; known are "));
        using var anonymous = await _host.SendAsync(HttpMethod.Post, "/datasets/preview", content: new StringContent("x"));
        Assert.That(anonymous.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Options_are_put_as_they_are_got_and_tell_what_is_wrong_with_them()
    {
        await _host.PutAsync("options", DatasetClient.Csv(0, 60)).ExpectAsync(HttpStatusCode.Created);

        var put = await OptionsAsync("""{"exclude": ["up"], "units": {"down": "bit/s"}, "step": null}""").ExpectAsync(HttpStatusCode.OK);
        var got = await _host.GetAsync("/datasets/options").ExpectAsync(HttpStatusCode.OK);
        var profile = await _host.GetAsync("/datasets/options/profile").ExpectAsync(HttpStatusCode.OK);
        var refused = await OptionsAsync("""{"timestamp_column": "when"}""").ExpectAsync(HttpStatusCode.UnprocessableEntity);

        Assert.That(put.Body.ToJsonString(), Is.EqualTo("""{"exclude":["up"],"units":{"down":"bit/s"}}"""));
        Assert.That(got.Body["options"]!.ToJsonString(), Is.EqualTo(put.Body.ToJsonString()));
        Assert.That(profile.Body["columns"]!.AsArray().Select(c => c!["name"]!.GetValue<string>()).ToList(), Is.EqualTo(["down"]));
        Assert.That(refused.Detail, Does.Contain("no timestamp column 'when'"));
        Assert.That((await _host.GetAsync("/datasets/options/options")).Body.ToJsonString(), Is.EqualTo(put.Body.ToJsonString()));

        Task<Answer> OptionsAsync(string json) => _host.AskAsync(
            HttpMethod.Put, "/datasets/options/options", new StringContent(json, Encoding.UTF8, "application/json"));
    }

    [Test]
    public async Task A_file_of_several_cells_goes_from_its_preview_to_the_forecast_of_one_of_them()
    {
        var csv = PublicFiles.MilanGrid().Text;
        var question = (await PreviewAsync(Encoding.UTF8.GetBytes(csv)))["questions"]!.AsArray().Single()!;
        await _host.PutAsync("milan", csv, $"?{question["option"]}={question["choices"]![0]}").ExpectAsync(HttpStatusCode.Created);
        await _host.AskAsync(
            HttpMethod.Post,
            "/pipelines",
            new StringContent("""{"dataset": "milan.5060", "model_types": ["NAIVE", "EWMA"]}""", Encoding.UTF8, "application/json"))
            .ExpectAsync(HttpStatusCode.Accepted);

        var forecast = await ForecastAsync("milan.5060");

        Assert.That(forecast["predictions"]![0]!["ts"]!.GetValue<string>(), Does.StartWith("2013-11-03T18:40:00"));
        Assert.That(
            (await _host.GetAsync("/datasets/milan")).Body["series"]!.AsArray().Select(s => s!.GetValue<string>()),
            Is.EqualTo(["milan.4259", "milan.4456", "milan.5060"]));
    }

    private async Task<JsonObject> ForecastAsync(string identifier)
    {
        for (var tries = 600; ; tries--)
        {
            var body = $$"""{"identifier": "{{identifier}}"}""";
            var answer = await _host.AskAsync(
                HttpMethod.Post, "/predict", new StringContent(body, Encoding.UTF8, "application/json"));
            if (answer.Status == HttpStatusCode.OK || tries == 0)
                return answer.Status == HttpStatusCode.OK ? answer.Body : throw new InvalidOperationException(answer.Body.ToJsonString());
            await Task.Delay(100);
        }
    }

    private async Task<string?> RefusedAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        return (await _host.AskAsync(HttpMethod.Post, "/datasets/preview", content).ExpectAsync(HttpStatusCode.UnprocessableEntity)).Detail;
    }

    private async Task<JsonObject> PreviewAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        return (await _host.AskAsync(HttpMethod.Post, "/datasets/preview", content).ExpectAsync(HttpStatusCode.OK)).Body;
    }
}
