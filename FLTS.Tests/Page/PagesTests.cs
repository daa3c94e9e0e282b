using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using FLTS.Modules.Page;
using FLTS.Tests.Access;
using FLTS.Tests.Host;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>Pages as the server sends them: of nothing, and of a station that has a champion.</summary>
[TestFixture, Parallelizable]
internal sealed class PagesTests
{
    private RunningHost _host = null!;
    private string _empty = null!;
    private JsonObject _pipeline = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync().ReadyAsync();
        _empty = await TextAsync("/ui/stations");
        _pipeline = await PageStation.PromoteAsync(_host);
        await ManyStations.AddAsync(_host, 1);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    private IEnumerable<string> Paths =>
    [
        "/ui/stations", $"/ui/stations/{PageStation.Name}", "/ui/pipelines", $"/ui/pipelines/{_pipeline["pipeline_id"]}", "/ui/data",
        $"/ui/data/{PageStation.Name}", "/ui/system",
    ];

    [Test]
    public void Without_anything_it_says_how_to_begin() =>
        Assert.That(_empty, Does.Contain("Nothing is forecast yet").And.Contain("Drop a CSV here").And.Contain("./flts run"));

    [Test]
    public async Task Every_page_has_the_policy_and_neither_style_nor_script_nor_handler_in_its_markup()
    {
        foreach (var path in Paths.Append("/ui/stations/nobody"))
        {
            using var answer = await _host.SendAsync(HttpMethod.Get, path);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.That(answer.Headers.GetValues("Content-Security-Policy"), Is.EqualTo(new[] { HtmlAnswer.Policy }), path);
            Assert.That(answer.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }), path);
            Assert.That(text, Does.Not.Match("<[^>]*\\s(style|on[a-z]+)=").And.Not.Contain("<style"), path);
            Assert.That(text, Does.Not.Match("<script(?![^>]* src=)"), path);
            Assert.That(text, Does.Not.Contain("http://").And.Not.Contain("https://"), $"{path} leads out of this machine");
        }
    }

    [Test]
    public async Task The_list_tells_how_old_the_newest_row_of_a_station_is_and_when_it_was_stored() =>
        Assert.That(
            await TextAsync("/ui/stations"),
            Does.Match("2026-03-02[^>]*>\\d+ days ago</span> <span class=\"quiet-text\">stored <span title=\"2026-03-02[^>]*>\\d+ days"));

    [Test]
    public async Task Pipelines_of_a_status_are_shown_alone_and_no_other_status_is_known()
    {
        var id = _pipeline["pipeline_id"];
        var promoted = await TextAsync("/ui/pipelines?identifier=&status=promoted");
        var failed = await TextAsync("/ui/pipelines?status=failed");

        Assert.That(promoted, Does.Contain($"/ui/pipelines/{id}").And.Contain("<option value=\"promoted\" selected>"));
        Assert.That(failed, Does.Not.Contain($"/ui/pipelines/{id}"));
        Assert.That((await _host.GetAsync("/pipelines?status=failed")).Body["items"]!.AsArray(), Is.Empty);
        var refused = await _host.GetAsync("/pipelines?status=fine").ExpectAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(refused.Detail, Does.StartWith("'status' is 'fine'; it must be one of queued, preprocessing"));
    }

    [Test]
    public async Task Names_from_data_are_text()
    {
        var texts = await Task.WhenAll(Paths.Select(TextAsync));

        Assert.That(texts, Has.None.Contains("<script>alert").And.None.Contains("\u202E"));
        Assert.That(texts, Has.Some.Contains("&lt;script&gt;alert(1)&lt;/script&gt;").And.Some.Contains(PageStation.Columns[^1]));
    }

    [Test]
    public async Task A_station_s_numbers_are_the_scoreboard_s()
    {
        var champion = (await _host.GetAsync($"/champions/{PageStation.Name}")).Body["in_force"]!;
        var board = (await _host.GetAsync($"/scoreboards/{champion["config_hash"]}")).Body["entries"]!.AsArray();
        var own = Decisive(board.First(e => e!["run_id"]?.ToString() == champion["run_id"]!.ToString())!);
        var reference = board.Where(e => e!["kind"]!.ToString() == "reference").Min(e => Decisive(e!));

        foreach (var path in new[] { "/ui/stations", $"/ui/stations/{PageStation.Name}" })
        {
            var text = await TextAsync(path);
            Assert.That(text, Does.Contain(Data(own!.Value)).And.Contain(Data(reference!.Value)));
            Assert.That(text, Does.Contain(champion["model_type"]!.ToString()));
        }

        var page = await TextAsync($"/ui/pipelines/{_pipeline["pipeline_id"]}");
        foreach (var entry in board.Where(e => e!["rmse"] is not null))
            Assert.That(page, Does.Contain(entry!["model_type"]!.ToString()).And.Contain(Data(entry["rmse"]!.GetValue<double>())));
        var bands = board.Select(e => e!["bands"]).OfType<JsonArray>()
            .SelectMany(b => b)
            .Select(b => (double?)b!["score"])
            .OfType<double>();
        Assert.That(bands, Is.Not.Empty.And.All.Matches<double>(score => page.Contains(Data(score), StringComparison.Ordinal)));
    }

    [Test]
    public async Task A_pipeline_s_page_tells_its_state_stages_and_decision()
    {
        var page = await TextAsync($"/ui/pipelines/{_pipeline["pipeline_id"]}");

        Assert.That(_pipeline["status"]!.ToString(), Is.EqualTo("promoted"));
        Assert.That(page, Does.Contain("promoted").And.Contain("preprocess").And.Contain("evaluate").And.Contain("Run again"));
        Assert.That(WebUtility.HtmlDecode(page), Does.Contain(_pipeline["attempt"]!["reason"]!.ToString()));
    }

    [Test]
    public async Task The_root_leads_a_browser_to_the_stations_and_tells_a_program_that_nothing_is_there()
    {
        using var browser = await _host.SendAsync(HttpMethod.Get, "/", accept: "text/html,application/xhtml+xml");
        using var program = await _host.SendAsync(HttpMethod.Get, "/", accept: "*/*");

        Assert.That(browser.RequestMessage!.RequestUri!.AbsolutePath, Is.EqualTo("/ui/stations"));
        Assert.That(program.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(
            (await RunningHost.JsonAsync(program))["detail"]!.ToString(),
            Is.EqualTo("There is nothing at /; /scalar shows what there is."));
    }

    [TestCase("/ui/stations/nobody", 404, "Nothing is forecast under &#x27;nobody&#x27;")]
    [TestCase("/ui/pipelines/none", 404, "There is no pipeline")]
    [TestCase("/ui/data/none", 404, "There is no dataset")]
    [TestCase("/ui/pipelines?cursor=x", 422, "&#x27;cursor&#x27; must be")]
    public async Task What_is_not_there_is_told_as_a_page(string path, int status, string sentence)
    {
        using var answer = await _host.SendAsync(HttpMethod.Get, path);

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/html"));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(sentence));
    }

    [TestCase("/nothing", 404)]
    [TestCase("/ui/nothing", 404)]
    [TestCase("/ui/stations/a/b", 404)]
    [TestCase("/runs/none", 404)]
    [TestCase("/promote", 405)]
    public async Task What_a_browser_finds_nowhere_is_told_it_as_a_page_with_a_way_back_and_a_program_as_a_problem(string path, int status)
    {
        using var page = await _host.SendAsync(HttpMethod.Get, path, accept: "text/html,application/xhtml+xml,*/*;q=0.8");
        using var problem = await _host.SendAsync(HttpMethod.Get, path, accept: "*/*");
        var sentence = (await RunningHost.JsonAsync(problem))["detail"]!.ToString();
        var text = await page.Content.ReadAsStringAsync();

        Assert.That(((int)page.StatusCode, (int)problem.StatusCode), Is.EqualTo((status, status)));
        Assert.That(page.Headers.GetValues("Content-Security-Policy"), Is.EqualTo(new[] { HtmlAnswer.Policy }));
        Assert.That(problem.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/problem+json"));
        Assert.That(WebUtility.HtmlDecode(text), Does.Contain(sentence).And.Contain("<a href=\"/ui/stations\">To the stations</a>"));
    }

    [Test]
    public async Task Files_of_the_page_are_small_compressed_and_answered_304_to_who_has_them()
    {
        var assets = new PageAssets();
        var own = 0L;
        foreach (var name in assets.Names)
        {
            using var asking = new HttpRequestMessage(HttpMethod.Get, $"/ui/assets/{name}");
            asking.Headers.Add("Accept-Encoding", "gzip");
            using var answer = await _host.Http.SendAsync(asking);
            var bytes = await answer.Content.ReadAsByteArrayAsync();
            Assert.That(answer.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }), name);
            using var again = new HttpRequestMessage(HttpMethod.Get, $"/ui/assets/{name}");
            again.Headers.Add("If-None-Match", answer.Headers.ETag!.Tag);
            using var known = await _host.Http.SendAsync(again);
            Assert.That(known.StatusCode, Is.EqualTo(HttpStatusCode.NotModified), name);
            if (name is not "echarts.js")
                own += bytes.Length;
            Assert.That(bytes, Has.Length.LessThan(400_000), name);
        }

        Assert.That(assets.Names, Has.Member("echarts.js").And.Member("page.js").And.Member("page.css"));
        Assert.That(own, Is.LessThan(40_000), "scripts and style of our own, compressed");
        Assert.That((await _host.GetAsync("/ui/assets/passwd")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task The_picture_of_a_station_is_what_the_api_answers()
    {
        var picture = DrawnPicture.Of(await PageStation.PageAsync(_host));
        var next = (await _host.GetAsync($"/predict/{PageStation.Name}?steps=48&level=80")).Body["predictions"]!.AsArray();
        var from = DateTime.Parse(next[0]!["ts"]!.ToString(), CultureInfo.InvariantCulture).AddMinutes(-10 * 201);
        var series = (await _host.GetAsync($"/datasets/{PageStation.Name}/series?columns=load&from={from:yyyy-MM-ddTHH:mm:ss}")).Body;
        var measured = series["columns"]![0]!["values"]!.AsArray().Select(v => (double?)v).OfType<double>().ToList();

        Assert.That(picture.Values("measured"), Is.EqualTo(measured).Within(picture.HalfPixel));
        Assert.That(measured, Has.Count.GreaterThan(190));
        Assert.That(picture.Values("forecast"), Is.EqualTo(next.Select(p => (double)p!["load"]!)).Within(picture.HalfPixel));
        Assert.That(picture.Parts("band"), Is.EqualTo(1));
    }

    [Test]
    public async Task Who_may_not_forecast_sees_no_forecast_in_it()
    {
        var key = (await _host.CreateKeyAsync(Roles.Read)).Text("key");
        var picture = DrawnPicture.Of(await PageStation.PageAsync(_host, key));

        Assert.That(picture.Parts("measured"), Is.GreaterThan(0));
        Assert.That(picture.Parts("forecast") + picture.Parts("band"), Is.Zero);
    }

    [Test]
    public async Task A_page_that_its_script_asks_for_again_brings_no_picture()
    {
        await PageStation.PageAsync(_host);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/ui/stations/{PageStation.Name}");
        request.Headers.Add("Sec-Fetch-Dest", "empty");
        using var answer = await _host.Http.SendAsync(request);

        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("class=\"plot\"").And.Not.Contain("class=\"first\""));
    }

    [Test]
    public async Task A_search_finds_stations_by_a_part_of_their_name()
    {
        Assert.That(await TextAsync("/ui/stations?q=AST"), Does.Contain($"/ui/stations/{PageStation.Name}\""));
        Assert.That(await TextAsync("/ui/stations?q=elsewhere"), Does.Not.Contain($"/ui/stations/{PageStation.Name}\""));
    }

    private static double? Decisive(JsonNode entry) => (double?)entry["decision_score"] ?? (double?)entry["score"];

    private static string Data(double value) =>
        $"<data value=\"{value.ToString("R", CultureInfo.InvariantCulture).Replace("+", "&#x2B;", StringComparison.Ordinal)}\">";

    private async Task<string> TextAsync(string path)
    {
        using var answer = await _host.SendAsync(HttpMethod.Get, path);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), path);
        return await answer.Content.ReadAsStringAsync();
    }
}
