using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Tests.Access;
using Microsoft.Playwright;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>What pages show that their script asks for, beside the API's answers; and that names from data stay text on them.</summary>
internal sealed partial class BrowserTests
{
    /// <summary>A tag, a style of the chart library's own text, and a mark that turns round what follows.</summary>
    private const string Hostile = "<img src=x onerror=alert(1)>{a|b}\u202Edne";

    /// <summary>Of a column, in the order of the page.</summary>
    private static readonly string[] _profiled = ["count", "missing", "mean", "sd", "min", "q05", "median", "q95", "max"];

    [Test]
    public async Task Loss_curves_and_runs_of_a_pipeline_are_the_api_s()
    {
        var ended = await PageStation.EndedAsync(_host, new JsonObject
        {
            ["dataset"] = PageStation.Name,
            ["identifier"] = "net",
            ["hash_salt"] = "net", // With a scoreboard of its own.
            ["model_types"] = new JsonArray("AR", "GRU"),
            ["training"] = new JsonObject { ["GRU"] = new JsonObject { ["epochs"] = 3 } },
        });
        var page = await _browser.OpenAsync($"/ui/pipelines/{ended["pipeline_id"]}");
        await Browser.DrawnAsync(page, "losses");
        var drawn = await Browser.SeriesAsync(page, "losses");
        var runs = ended["runs"]!.AsArray();
        var net = runs.Single(r => r!["model_type"]!.ToString() == "GRU")!;
        var epochs = (await _host.GetAsync($"/runs/{net["run_id"]}/metrics")).Body["epochs"]!.AsArray();

        Assert.That(epochs, Has.Count.EqualTo(3));
        foreach (var (name, part) in new[] { ("GRU training", "train_loss"), ("GRU validation", "val_loss") })
            Assert.That(drawn[name].Select(v => (double?)v), Is.EqualTo(epochs.Select(e => (double?)e![part])), name);
        var shown = await ValuesAsync(page, "[data-part=state]");
        Assert.That(
            shown, Is.SupersetOf(runs.SelectMany(r => new[] { (double?)r!["train_loss"], (double?)r["val_loss"] }).OfType<double>()));
        Assert.That(
            await page.Locator("[data-part=state] tbody th").AllTextContentsAsync(),
            Is.EquivalentTo(runs.Select(r => r!["model_type"]!.ToString())));

        var parameters = page.Locator($"details[data-run='{net["run_id"]}']");
        await parameters.Locator("summary").ClickAsync();
        await parameters.Locator("tbody tr").First.WaitForAsync();
        var told = (await _host.GetAsync($"/runs/{net["run_id"]}")).Body["params"]!;
        var lines = await parameters.Locator("tbody tr").EvaluateAllAsync<string[]>("rows => rows.map(r => r.innerText)");
        Assert.That(lines, Has.Some.EqualTo($"epochs\t{told["epochs"]}"), told.ToJsonString());
        _browser.AssertQuiet();
    }

    [Test]
    public async Task The_errors_by_lead_of_a_station_are_the_scoreboard_s()
    {
        var page = await _browser.OpenAsync($"/ui/stations/{PageStation.Name}");
        await Browser.DrawnAsync(page, "leads");
        var drawn = await Browser.SeriesAsync(page, "leads");
        var champion = (await _host.GetAsync($"/champions/{PageStation.Name}")).Body["in_force"]!;
        var entries = (await _host.GetAsync($"/scoreboards/{champion["config_hash"]}")).Body["entries"]!.AsArray()
            .Where(e => e!["leads"]?.AsArray().Count > 0)
            .Where(e => e!["kind"]!.ToString() == "reference" || e["run_id"]?.ToString() == champion["run_id"]!.ToString())
            .ToDictionary(e => e!["kind"]!.ToString() == "reference" ? $"{e["model_type"]}" : $"{e["model_type"]} (champion)");

        Assert.That(drawn.Keys, Is.EquivalentTo(entries.Keys).And.Not.Empty);
        foreach (var (name, entry) in entries)
            Assert.That(drawn[name].Select(v => (double?)v), Is.EqualTo(entry!["leads"]!.AsArray().Select(l => (double?)l!["rmse"])), name);
        _browser.AssertQuiet();
    }

    [Test]
    public async Task The_profile_and_the_chart_of_a_dataset_are_the_api_s_and_a_hostile_unit_is_text_in_axis_and_tooltip()
    {
        await UseUnitAsync(Hostile);
        var page = await _browser.OpenAsync($"/ui/data/{PageStation.Name}");
        await Browser.DrawnAsync(page, "dataset");
        await page.Locator("#profile table").First.WaitForAsync();
        var profile = (await _host.GetAsync($"/datasets/{PageStation.Name}/profile")).Body["columns"]!.AsArray();
        var rows = await page.Locator("#profile table").First.Locator("tbody tr").AllAsync();
        Assert.That(rows, Has.Count.EqualTo(profile.Count));
        for (var i = 0; i < rows.Count; i++)
        {
            var cells = await rows[i].Locator("td").AllTextContentsAsync();
            Assert.That(cells[0], Is.EqualTo(profile[i]!["name"]!.ToString()));
            var told = _profiled.Select(n => (double)profile[i]![n]!);
            var shown = cells.Skip(1).Select(c => double.Parse(c, CultureInfo.InvariantCulture));
            Assert.That(shown, Is.EqualTo(told).Within(0.06).Percent);
        }

        var points = await page.EvaluateAsync<int>(
            "Math.round(window.echarts.getInstanceByDom(document.querySelector('[data-chart=dataset] .plot')).getWidth() / 2)");
        var series = (await _host.GetAsync($"/datasets/{PageStation.Name}/series?columns=load&points={points}")).Body;
        var column = series["columns"]![0]!;
        var expected = column["values"] is JsonArray values
            ? values.Select(v => (double?)v)
            : Enumerable.Range(0, column["min"]!.AsArray().Count).SelectMany(i => column["min"]![i] is null
                ? new double?[] { null }
                : [.. new[] { "first", "min", "max", "last" }.Select(p => (double?)column[p]![i])]);
        var drawn = await Browser.SeriesAsync(page, "dataset");
        Assert.That(drawn["Measured"].Select(p => (double?)p![1]), Is.EqualTo(expected));

        // What is drawn on a canvas is told by who writes it there.
        var texts = await page.EvaluateAsync<string[]>(
            """
            () => {
              const option = window.echarts.getInstanceByDom(document.querySelector('[data-chart=dataset] .plot')).getOption();
              const [at, value] = option.series[0].data[0];
              return [
                option.yAxis[0].axisLabel.formatter(120),
                option.tooltip[0].formatter([{ axisValue: at, seriesName: 'Measured', value: [at, value] }]),
                option.tooltip[0].renderMode,
                option.legend[0].formatter('<b>{a|b}\u202Eend'),
              ];
            }
            """);
        Assert.That(texts[2], Is.EqualTo("richText"), "no element is made of a tooltip");
        foreach (var text in new[] { texts[0], texts[1], texts[3] })
        {
            Assert.That(text, Does.Contain("\u202E").And.Not.Contain("{a|"), "the library reads {style|text} as its own");
            Assert.That(text.IndexOf('\u2068', StringComparison.Ordinal), Is.InRange(0, text.IndexOf('\u202E', StringComparison.Ordinal)));
            Assert.That(text, Does.EndWith("\u2069"), "what it turns round ends with it");
        }

        await page.Locator("details", new() { HasText = "Distribution and day" }).Locator("summary").ClickAsync();
        await Browser.UntilAsync(page, "() => document.querySelector('img.picture')?.naturalWidth > 0");
        await page.Locator("[data-chart=dataset] .plot").FocusAsync();
        await page.Keyboard.PressAsync("Home");
        Assert.That(
            await page.Locator("img:not(.picture), .plot > div:not(:has(canvas))").CountAsync(), Is.Zero, "a tooltip is drawn, too");
        _browser.AssertQuiet();
        await UseUnitAsync("bit/s");
    }

    [Test]
    public async Task The_system_s_page_shows_what_the_api_says_and_makes_and_takes_back_schedules_and_keys()
    {
        const string forTrainers = $"/datasets/{PageStation.Name}/options"; // On loopback anybody reads the rest.
        var page = await _browser.OpenAsync("/ui/system");
        await page.GetByText("Shown to the role admin; you are not signed in.").First.WaitForAsync();
        await SessionsInTheBrowserTests.SignInAsync(page, _host.Key);
        await page.Locator("details", new() { HasText = "Start a pipeline again and again" }).Locator("summary").ClickAsync();
        var put = Form(page, "Put the schedule");
        await put.Locator("[name=name]").FillAsync("nightly");
        await put.Locator("[name='pipeline.dataset']").SelectOptionAsync(PageStation.Name);
        await put.Locator("[name=cron]").FillAsync("61 3 * * *");
        await LookAndDoAsync(put);
        await put.Locator("output.wrong").WaitForAsync();
        await put.Locator("[name=cron]").FillAsync("30 3 * * *");
        await LookAndDoAsync(put);
        await put.GetByText("nightly is due next").WaitForAsync();

        await page.Locator("details", new() { HasText = "Make a key" }).Locator("summary").ClickAsync();
        var make = Form(page, "Make a key");
        await make.Locator("[name=role]").SelectOptionAsync("train");
        await make.Locator("[name=name]").FillAsync("<script>alert(1)</script>\u202Ekey");
        await LookAndDoAsync(make);
        await make.GetByText("it is told this once").WaitForAsync();
        var told = (await make.Locator("output").TextContentAsync())!;
        var key = told[told.IndexOf("flts_", StringComparison.Ordinal)..].Split(' ')[0];
        Assert.That((await _host.AskWithAsync(key, HttpMethod.Get, forTrainers)).Status, Is.EqualTo(HttpStatusCode.OK), "the key counts");

        await page.Locator("#keys tbody tr").WaitForAsync();
        await page.Locator("#audit tbody tr").First.WaitForAsync();
        var schedule = (await _host.GetAsync("/schedules")).Body["items"]![0]!;
        var line = await page.Locator("#schedules tbody td").AllTextContentsAsync();
        Assert.That(line.Take(3), Is.EqualTo(new[] { "nightly", "30 3 * * * (UTC)", PageStation.Name }));
        var next = await page.EvaluateAsync<string>(
            "t => new Date(t).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })",
            schedule["next"]!["fires_at"]!.ToString());
        Assert.That(line[3], Is.EqualTo(next));
        var listed = (await _host.GetAsync("/keys")).Body["items"]!.AsArray();
        Assert.That(
            await page.Locator("#keys tbody td:first-child").AllTextContentsAsync(),
            Is.EqualTo(listed.Select(k => k!["name"]!.ToString())));
        var audit = (await _host.GetAsync("/audit?limit=50")).Body["items"]!.AsArray();
        Assert.That(
            await page.Locator("#audit tbody td:nth-child(5)").AllTextContentsAsync(),
            Is.EqualTo(audit.Select(a => $"{a!["method"]} {a["path"]}")));
        var plan = (await _host.GetAsync("/retention/plan")).Body;
        Assert.That(
            await page.Locator("#retention table").First.Locator("tbody td:first-child").AllTextContentsAsync(),
            Is.EqualTo(plan["totals"]!.AsArray().Select(t => t!["kind"]!.ToString())));
        var ready = (await _host.GetAsync("/readyz")).Body["parts"]!.AsObject();
        Assert.That(
            await page.Locator("#ready tbody tr").AllTextContentsAsync(),
            Is.EqualTo(ready.Select(p => $"{p.Key.Replace('_', ' ')}{p.Value!["state"]}{p.Value["reason"]}").Prepend("allok")));
        Assert.That(await Axe.SeriousAsync(page), Is.Empty);

        var remove = Form(page, "Remove the schedule");
        Assert.That(await remove.IsVisibleAsync(), Is.True);
        Assert.That(await Form(page, "Resume").IsVisibleAsync(), Is.False, "it is not paused");
        await LookAndDoAsync(remove);
        await page.GetByText("None: pipelines are started by hand.").WaitForAsync();
        await LookAndDoAsync(Form(page, "Take back"));
        await page.Locator("#keys").GetByText("revoked").WaitForAsync();
        Assert.That((await _host.AskWithAsync(key, HttpMethod.Get, forTrainers)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        _browser.AssertQuiet("422");
    }

    [Test]
    public async Task The_lists_of_pipelines_and_data_are_the_api_s()
    {
        var page = await _browser.OpenAsync("/ui/pipelines");
        var pipelines = (await _host.GetAsync("/pipelines")).Body["items"]!.AsArray();
        Assert.That(
            await page.Locator("tbody th code").EvaluateAllAsync<string[]>("all => all.map(c => c.title)"),
            Is.EqualTo(pipelines.Select(p => p!["pipeline_id"]!.ToString())));
        Assert.That(
            await page.Locator("tbody .badge").AllTextContentsAsync(),
            Is.EqualTo(pipelines.Select(p => p!["status"]!.ToString().Replace('_', ' '))));

        await SessionsInTheBrowserTests.SignInAsync(page, _host.Key);
        var cancel = page.Locator("[data-bulk=cancel]");
        await cancel.ClickAsync();
        await page.GetByText("None is chosen").WaitForAsync();
        await page.Locator($"[name=pipeline][value='{_pipeline}']").CheckAsync();
        await cancel.ClickAsync();
        await page.GetByText("1 pipeline would be cancelled. Press again to do it.").WaitForAsync();
        await cancel.ClickAsync();
        await page.GetByText($"0 of 1 are cancelled. {_pipeline[..8]}: ").WaitForAsync();

        await page.GotoAsync("/ui/data");
        var datasets = (await _host.GetAsync("/datasets")).Body["items"]!.AsArray();
        Assert.That(await page.Locator("tbody th").AllTextContentsAsync(), Is.EqualTo(datasets.Select(d => d!["name"]!.ToString())));
        Assert.That(
            await page.Locator("tbody td:nth-child(2)").AllTextContentsAsync(),
            Is.EqualTo(datasets.Select(d => d!["versions"]!.ToString())));
        _browser.AssertQuiet("409");
    }

    private Task<Answer> UseUnitAsync(string unit) => AskAsync(HttpMethod.Put, $"/datasets/{PageStation.Name}/options", new JsonObject
    {
        ["units"] = new JsonObject { ["load"] = unit },
    });

    private static ILocator Form(IPage page, string title) =>
        page.Locator("form.command", new() { Has = page.GetByRole(AriaRole.Button, new() { Name = title }) });

    /// <summary>Looks first; then does it.</summary>
    private static async Task LookAndDoAsync(ILocator form)
    {
        await form.Locator(".look").ClickAsync();
        await form.Locator(".do").ClickAsync();
    }

    private static async Task<IReadOnlyList<double>> ValuesAsync(IPage page, string part) =>
        [.. (await page.Locator($"{part} data").EvaluateAllAsync<string[]>("all => all.map(d => d.value)"))
            .Select(s => double.Parse(s, CultureInfo.InvariantCulture))];

    private Task<Answer> AskAsync(HttpMethod method, string path, JsonObject body) =>
        _host.AskAsync(method, path, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"))
            .ExpectAsync(HttpStatusCode.OK);
}
