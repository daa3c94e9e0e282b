using System.Globalization;
using FLTS.Tests.Host;
using Microsoft.Playwright;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>
/// The page as people use it: from nothing to a forecast by mouse alone, then every page in both widths and colours. One server and its
/// trained pipeline are enough for all that look at them.
/// </summary>
[TestFixture, Parallelizable]
[Category(TestCategories.Browser)]
internal sealed partial class BrowserTests
{
    private const int Narrow = 390, Wide = 1280, Widest = 2560;

    private RunningHost _host = null!;
    private Browser _browser = null!;
    private string _pipeline = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync(settings: new Dictionary<string, string?> { ["Pipeline:DemoOnEmpty"] = "false" }).ReadyAsync();
        _browser = await Browser.StartAsync(_host.Http.BaseAddress!);
        _pipeline = await FromNothingToAPromotionAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _browser.DisposeAsync();
        await _host.DisposeAsync();
    }

    [TearDown]
    public Task CloseAsync() => _browser.CloseAsync();

    [Test]
    public async Task The_station_shows_its_forecast_with_its_band_and_the_numbers_are_the_api_s()
    {
        var page = await _browser.OpenAsync($"/ui/stations/{PageStation.Name}");
        await Browser.DrawnAsync(page, "station");
        var drawn = await Browser.SeriesAsync(page, "station");
        var answer = (await _host.GetAsync($"/predict/{PageStation.Name}?steps=48&level=80")).Body;

        Assert.That(drawn.Keys, Is.SupersetOf(new[] { "Measured", "Forecast", "80 % band" }));
        Assert.That(
            drawn["Forecast"].Select(p => (double?)p![1]),
            Is.EqualTo(answer["predictions"]!.AsArray().Select(p => (double?)p!["load"])));
        var widths = answer["intervals"]!["80"]!["load"]!.AsArray().Select(i => (double?)i?[1] - (double?)i?[0]).ToList();
        Assert.That(drawn["80 % band"].Select(p => (double?)p![1]), Is.EqualTo(widths));
        Assert.That(widths[0], Is.GreaterThan(0));
        Assert.That(drawn["Measured"].Select(p => (double?)p![1]), Has.Some.Null, "the gap stays one");
        var figure = page.Locator("[data-chart=station]");
        await figure.Locator("summary").ClickAsync();
        await figure.Locator("tbody tr").First.WaitForAsync(); // A browser tells that it was opened when it has time.
        Assert.That(await figure.Locator("tbody tr").CountAsync(), Is.EqualTo(48));
        Assert.That(await page.Locator("#newest").TextContentAsync(), Does.Contain("ago").Or.Contain("now"));

        Assert.That(
            (await figure.Locator("[name=steps] option").AllTextContentsAsync()).Take(4),
            Is.EqualTo(new[] { "1 hour (6 steps)", "6 hours (36 steps)", "48 steps", "1 day (144 steps)" }));
        await figure.Locator("[name=steps]").SelectOptionAsync("144");
        await figure.Locator("tbody tr").Nth(143).WaitForAsync();
        _browser.AssertQuiet();
    }

    [Test]
    public async Task A_zoom_fetches_the_span_it_shows_and_the_cursor_follows_the_keys()
    {
        var page = await _browser.OpenAsync($"/ui/data/{PageStation.Name}");
        await Browser.DrawnAsync(page, "dataset");
        var asked = page.WaitForRequestAsync(new System.Text.RegularExpressions.Regex("/series\\?.*&from=.*&to="));
        await page.Locator(".plot").First.FocusAsync();
        await page.Keyboard.PressAsync("+");

        Assert.That((await asked).Url, Does.Contain("&from=2026-01-0"));
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Locator("#profile table").First.WaitForAsync();
        Assert.That(
            await page.Locator("#profile").InnerTextAsync(),
            Does.Contain("one every 10 minutes").And.Contain("<script>alert(1)</script>"));
        Assert.That(await page.Locator("#profile li").First.InnerTextAsync(), Does.Contain("1 gap of together 3 rows"));
        _browser.AssertQuiet();
    }

    [Test]
    public async Task A_promotion_is_shown_before_it_is_made_and_asks_for_the_key()
    {
        var before = (await _host.GetAsync($"/champions/{PageStation.Name}")).Body["history"]!.ToJsonString();
        var page = await _browser.OpenAsync($"/ui/stations/{PageStation.Name}");
        var form = page.Locator("form.command", new() { HasText = "Evaluate again and promote" });
        await form.Locator("[name=reason]").FillAsync("a look");
        await page.Keyboard.PressAsync("Enter"); // By keyboard alone: the form looks first.
        await page.Locator("#key-input").FillAsync("not-the-key-not-the-key");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("This is no key of this server.").WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        await form.Locator("output.wrong").WaitForAsync();
        Assert.That(await form.Locator("output").TextContentAsync(), Does.Contain("needs the role 'promote'"));

        await UseKeyAsync(page);
        await form.Locator(".look").ClickAsync();
        await form.Locator(".do:visible").WaitForAsync();

        Assert.That(await form.Locator("output").TextContentAsync(), Does.StartWith("Would end as "));
        var after = (await _host.GetAsync($"/champions/{PageStation.Name}")).Body["history"]!.ToJsonString();
        Assert.That(after, Is.EqualTo(before), "nothing was done");
        _browser.AssertQuiet("401");
    }

    [Test]
    public async Task Every_page_is_quiet_fits_and_is_accessible_in_all_widths_and_both_colours()
    {
        var runs = await RunsAsync();
        var page = await _browser.OpenAsync("/ui/sign-in");
        foreach (var path in new[]
        {
            "stations", $"stations/{PageStation.Name}", "pipelines", $"pipelines/{_pipeline}", "data", $"data/{PageStation.Name}", "system",
            $"compare?run={runs[0]}&run={runs[1]}", "sign-in",
        })
        {
            // Opened as on a phone at night; then the same page grows and brightens.
            foreach (var (width, colours) in new[] { (Narrow, ColorScheme.Dark), (Wide, ColorScheme.Light) })
            {
                await page.SetViewportSizeAsync(width, 900);
                await page.EmulateMediaAsync(new() { ColorScheme = colours });
                if (width == Narrow)
                    await page.GotoAsync($"/ui/{path}");
                await Browser.SettledAsync(page);
                var overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
                Assert.That(overflow, Is.LessThanOrEqualTo(0), $"{path} is wider than {width} px");
                Assert.That(await page.Locator(".wrong").CountAsync(), Is.Zero, path);
                Assert.That(
                    await (width == Narrow ? Axe.SeriousAsync(page) : Axe.SeriousOfLooksAsync(page)), Is.Empty, $"{path} at {width} px");
                await Browser.ShootAsync(page, $"{NameOf(path)}-{width}");
            }

            await Browser.ShootAsync(page, $"{NameOf(path)}-{Widest}", Widest);
        }

        _browser.AssertQuiet();
    }

    [Test]
    public async Task An_element_that_cannot_be_used_or_read_is_told_with_its_rule()
    {
        var page = await _browser.OpenAsync("/ui/sign-in");
        await page.EvaluateAsync("() => document.querySelector('main').append(document.createElement('button'))");

        Assert.That(await Axe.SeriousAsync(page), Has.Some.StartsWith("button-name: <button>"));
        await page.EvaluateAsync("() => document.styleSheets[0].insertRule('h1 { color: var(--line) !important }')");
        Assert.That(await Axe.SeriousOfLooksAsync(page), Has.Some.StartsWith("color-contrast: "));
        _browser.AssertQuiet();
    }

    [Test]
    public async Task Runs_that_are_chosen_are_compared_with_the_api_s_numbers()
    {
        var page = await _browser.OpenAsync($"/ui/pipelines/{_pipeline}");
        var runs = await RunsAsync();
        foreach (var run in runs)
            await page.Locator($"[name=run][value='{run}']").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Compare the two to six" }).ClickAsync();
        await page.WaitForURLAsync("**/ui/compare?*", new() { WaitUntil = WaitUntilState.Commit });
        await Browser.DrawnAsync(page, "compare");
        var shown = (await page.Locator("table.compare").First.Locator("data").EvaluateAllAsync<string[]>("all => all.map(d => d.value)"))
            .Select(s => double.Parse(s, CultureInfo.InvariantCulture))
            .ToHashSet();
        var drawn = await Browser.SeriesAsync(page, "compare");

        foreach (var run in runs)
        {
            var metrics = (await _host.GetAsync($"/runs/{run}")).Body["test_metrics"]!.AsObject();
            Assert.That(metrics.Select(m => (double?)m.Value).OfType<double>().Where(m => !shown.Contains(m)), Is.Empty);
            var leads = (await _host.GetAsync($"/runs/{run}/horizons")).Body["leads"]!.AsArray();
            Assert.That(
                drawn.Single(d => d.Key.EndsWith(run[^8..], StringComparison.Ordinal)).Value.Select(v => (double?)v),
                Is.EqualTo(leads.Select(l => (double?)l!["rmse"])));
        }

        await page.GotoAsync($"/ui/compare?run={runs[0]}");
        await page.GetByText("1 is chosen; 2 to 6 runs or pipelines can be compared.").WaitForAsync();
        _browser.AssertQuiet("422");
    }

    [Test]
    public async Task Rows_are_looked_at_and_appended_and_a_dataset_is_deleted_once_its_name_is_typed()
    {
        await _host.PutAsync("doomed", PageStation.Csv(0, 100)).ExpectAsync(System.Net.HttpStatusCode.Created);
        var page = await _browser.OpenAsync("/ui/data/doomed");
        await UseKeyAsync(page);
        var append = page.Locator("#append");
        await append.Locator("textarea").FillAsync(PageStation.Csv(100, 10));
        await append.Locator(".look").ClickAsync();
        await append.GetByText("Would be taken: 10 new, 0 late, 0 corrected, 0 unchanged; from 2026-01-05 16:40:00").WaitForAsync();
        Assert.That((await _host.GetAsync("/datasets/doomed")).Body["measurements"], Is.Null, "looking stores nothing");
        await append.Locator(".do").ClickAsync();
        await append.GetByText("Taken: 10 new, 0 late, 0 corrected, 0 unchanged").WaitForAsync();

        var delete = page.Locator("form.command", new() { HasText = "It cannot be undone" });
        await delete.Locator(".look").ClickAsync();
        await delete.GetByText("Type doomed first").WaitForAsync();
        await delete.Locator("[data-confirm]").FillAsync("doomed");
        await delete.Locator("[name=reason]").FillAsync("a trial & no more");
        await delete.Locator(".look").ClickAsync();
        await delete.GetByText("Would remove doomed: 1 stored version of its files").WaitForAsync();
        Assert.That(
            await delete.Locator("output").TextContentAsync(),
            Does.Contain("10 appended rows").And.Contain("No station forecasts from it"));
        Assert.That((await _host.GetAsync("/datasets/doomed")).Status, Is.EqualTo(System.Net.HttpStatusCode.OK), "nothing was done");
        await delete.Locator(".do").ClickAsync();
        await page.WaitForURLAsync("**/ui/data", new() { WaitUntil = WaitUntilState.Commit });

        Assert.That((await _host.GetAsync("/datasets/doomed")).Status, Is.EqualTo(System.Net.HttpStatusCode.NotFound));
        Assert.That(
            (await _host.GetAsync("/audit")).Body["items"]!.ToJsonString(), Does.Contain("reason=a%20trial%20%26%20no%20more"));
        _browser.AssertQuiet("404"); // Told that it changed, the page may have asked for what is gone.
    }

    /// <summary>Of its picture.</summary>
    private static string NameOf(string path) => path.Split('?')[0].Split('/') is [var list, _] ? $"{list}-one" : path.Split('?')[0];

    private async Task<string[]> RunsAsync() =>
        [.. (await _host.GetAsync($"/pipelines/{_pipeline}")).Body["runs"]!.AsArray().Select(r => r!["run_id"]!.ToString())];

    /// <summary>As somebody does it who has nothing but the page, a file and the key.</summary>
    private async Task<string> FromNothingToAPromotionAsync()
    {
        var page = await _browser.OpenAsync("/ui");
        await Browser.ShootAsync(page, "empty");
        await page.GetByRole(AriaRole.Link, new() { Name = "Drop a CSV here" }).ClickAsync();
        await page.WaitForURLAsync("**/ui/data"); // Complete: its scripts are at work.
        await UseKeyAsync(page);
        await page.Locator("#file").SetInputFilesAsync(new FilePayload
        {
            Name = $"{PageStation.Name}.csv",
            MimeType = "text/csv",
            Buffer = System.Text.Encoding.UTF8.GetBytes(PageStation.Csv()),
        });
        await page.GetByText("a row every 10 min,").WaitForAsync();
        await Browser.ShootAsync(page, "upload");
        await page.GetByRole(AriaRole.Button, new() { Name = "Store it" }).ClickAsync();
        await page.Locator("#stored a").ClickAsync();
        await page.WaitForURLAsync("**/ui/data/*");
        await UseUnitAsync("bit/s");
        foreach (var model in PageStation.Models)
            await page.GetByLabel(model, new() { Exact = true }).CheckAsync();
        await page.Locator("form.command .look").First.ClickAsync();
        await page.Locator("form.command .do").First.ClickAsync();
        await page.WaitForURLAsync("**/ui/pipelines/*", new() { WaitUntil = WaitUntilState.Commit });
        await page.Locator(".lead .badge", new() { HasTextString = "promoted" }).WaitForAsync(new() { Timeout = 60_000 });
        var pipeline = new Uri(page.Url).Segments[^1];
        await _browser.CloseAsync();
        return pipeline;
    }

    private Task UseKeyAsync(IPage page) => SessionsInTheBrowserTests.SignInAsync(page, _host.Key);
}
