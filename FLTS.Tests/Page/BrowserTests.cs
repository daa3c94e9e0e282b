using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Tests.Host;
using Microsoft.Playwright;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>The page as people use it: from nothing to a forecast by mouse alone, then every page in both widths and colours.</summary>
[TestFixture, Parallelizable]
[Category(TestCategories.Browser)]
internal sealed class BrowserTests
{
    private const int Narrow = 390, Wide = 1280;

    private RunningHost _host = null!;
    private Browser _browser = null!;
    private string _pipeline = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync().ReadyAsync();
        _browser = await Browser.StartAsync(_host.Http.BaseAddress!);
        _pipeline = await FromNothingToAPromotionAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _browser.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Test]
    public async Task The_station_shows_its_forecast_with_its_band_and_the_numbers_are_the_api_s()
    {
        var page = await _browser.OpenAsync($"/ui/stations/{PageStation.Name}");
        await DrawnAsync(page, "station");
        var drawn = await SeriesAsync(page, "station");
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
        Assert.That(await figure.Locator("tbody tr").CountAsync(), Is.EqualTo(48));
        Assert.That(await page.Locator("#newest").TextContentAsync(), Does.Contain("ago").Or.Contain("now"));
        _browser.AssertQuiet();
    }

    [Test]
    public async Task A_zoom_fetches_the_span_it_shows_and_the_cursor_follows_the_keys()
    {
        var page = await _browser.OpenAsync($"/ui/data/{PageStation.Name}");
        await DrawnAsync(page, "dataset");
        var asked = page.WaitForRequestAsync(new System.Text.RegularExpressions.Regex("/series\\?.*&from=.*&to="));
        await page.Locator(".plot").First.FocusAsync();
        await page.Keyboard.PressAsync("+");

        Assert.That((await asked).Url, Does.Contain("&from=2026-01-0"));
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Locator("#profile table").WaitForAsync();
        Assert.That(
            await page.Locator("#profile").InnerTextAsync(),
            Does.Contain("one every 10 minutes").And.Contain("<script>alert(1)</script>"));
        Assert.That(await page.Locator("#profile li").First.InnerTextAsync(), Does.Contain("1 gap of together 3 rows"));
        _browser.AssertQuiet();
    }

    [Test]
    public async Task A_promotion_is_shown_before_it_is_made_and_asks_for_the_key()
    {
        var page = await _browser.OpenAsync($"/ui/stations/{PageStation.Name}");
        var form = page.Locator("form.command").First;
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
        Assert.That(
            (await _host.GetAsync($"/champions/{PageStation.Name}")).Body["history"]!.AsArray(), Has.Count.EqualTo(1), "nothing was done");
        _browser.AssertQuiet("401");
    }

    [Test]
    public async Task Every_page_is_quiet_and_fits_in_both_widths_and_colours()
    {
        foreach (var path in new[]
        {
            "stations", $"stations/{PageStation.Name}", "pipelines", $"pipelines/{_pipeline}", "data", $"data/{PageStation.Name}", "system",
        })
        {
            foreach (var (width, isDark) in new[] { (Wide, false), (Narrow, true) })
            {
                var page = await _browser.OpenAsync($"/ui/{path}", width, isDark);
                await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
                var overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
                Assert.That(overflow, Is.LessThanOrEqualTo(0), $"{path} is wider than {width} px");
                Assert.That(await page.Locator(".wrong").CountAsync(), Is.Zero, path);
                var name = path.Split('/');
                await Browser.ShootAsync(page, $"{name[0]}{(name.Length > 1 ? "-one" : "")}-{width}");
                await page.Context.CloseAsync();
            }
        }

        _browser.AssertQuiet();
    }

    /// <summary>As somebody does it who has nothing but the page, a file and the key.</summary>
    private async Task<string> FromNothingToAPromotionAsync()
    {
        var page = await _browser.OpenAsync("/ui");
        await Browser.ShootAsync(page, "empty");
        await page.GetByRole(AriaRole.Link, new() { Name = "Drop a CSV here" }).ClickAsync();
        await UseKeyAsync(page);
        await page.Locator("#file").SetInputFilesAsync(new FilePayload
        {
            Name = $"{PageStation.Name}.csv",
            MimeType = "text/csv",
            Buffer = System.Text.Encoding.UTF8.GetBytes(PageStation.Csv()),
        });
        await page.GetByText("a row every 00:10:00").WaitForAsync();
        await Browser.ShootAsync(page, "upload");
        await page.GetByRole(AriaRole.Button, new() { Name = "Store it" }).ClickAsync();
        await page.Locator("#stored a").ClickAsync();
        foreach (var model in PageStation.Models)
            await page.GetByLabel(model, new() { Exact = true }).CheckAsync();
        await page.Locator("form.command .look").ClickAsync();
        await page.Locator("form.command .do").ClickAsync();
        await page.WaitForURLAsync("**/ui/pipelines/*");
        await page.Locator(".lead .badge", new() { HasTextString = "promoted" }).WaitForAsync(new() { Timeout = 60_000 });
        return new Uri(page.Url).Segments[^1];
    }

    private Task UseKeyAsync(IPage page) => SessionsInTheBrowserTests.SignInAsync(page, _host.Key);

    private static Task<IJSHandle> DrawnAsync(IPage page, string chart) => page.WaitForFunctionAsync(
        "chart => window.echarts?.getInstanceByDom(document.querySelector(`[data-chart=${chart}] .plot`))?.getOption()?.series?.length",
        chart);

    /// <summary>What a chart has drawn, by the names of its series.</summary>
    private static async Task<Dictionary<string, JsonArray>> SeriesAsync(IPage page, string chart)
    {
        var told = await page.EvaluateAsync<JsonElement>(
            """
            chart => window.echarts.getInstanceByDom(document.querySelector(`[data-chart=${chart}] .plot`)).getOption().series
                .filter(s => s.name).map(s => [s.name, s.data])
            """,
            chart);
        return JsonNode.Parse(told.GetRawText())!.AsArray().ToDictionary(s => s![0]!.ToString(), s => s![1]!.AsArray());
    }
}
