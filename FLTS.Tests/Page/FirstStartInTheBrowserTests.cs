using FLTS.Tests.Host;
using Microsoft.Playwright;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>The program as it is started for the first time, and started anew under an open page.</summary>
[TestFixture, Parallelizable]
[Category(TestCategories.Browser), Category(TestCategories.Slow)]
internal sealed class FirstStartInTheBrowserTests
{
    /// <summary>What the demo is forecast with here: the nets of the settings take a minute.</summary>
    private static readonly Dictionary<string, string> _quick = new()
    {
        ["Pipeline:ExpectedModelTypes:0"] = "AR",
        ["Pipeline:ExpectedModelTypes:1"] = "EWMA",
        ["Pipeline:ExpectedModelTypes:2"] = "NAIVE",
    };

    private const int DemoRows = 2500;

    [Test, Category(TestCategories.Soak)]
    public async Task The_demo_of_the_first_start_ends_as_a_forecast_with_its_band_and_the_page_outlives_a_restart()
    {
        using var folder = new TemporaryFolder();
        var start = new FltsStart { Data = folder["data"], Port = FreePort.Next(), Settings = _quick };
        var flts = FltsProcess.Start(start);
        try
        {
            await flts.WaitUntilAliveAsync();
            await using var browser = await Browser.StartAsync(flts.BaseAddress);
            var page = await browser.OpenAsync("/"); // Nobody reloads it: what comes is put in.
            await page.Locator("tbody tr a[href='/ui/stations/demo']").ClickAsync(new() { Timeout = 120_000 });
            await page.Locator("[data-chart=station]").WaitForAsync(new() { Timeout = 120_000 });
            await Browser.DrawnAsync(page, "station");
            var drawn = await Browser.SeriesAsync(page, "station");
            Assert.That(drawn["Forecast"], Has.Count.EqualTo(48));
            Assert.That(drawn["80 % band"].Select(p => (double?)p![1]), Has.All.GreaterThan(0));

            await flts.UseAdminKeyAsync();
            await SessionsInTheBrowserTests.SignInAsync(page, flts.Http.DefaultRequestHeaders.GetValues("X-Api-Key").Single());
            await page.GetByRole(AriaRole.Link, new() { Name = "Data", Exact = true }).ClickAsync();
            await page.Locator("tbody tr").First.WaitForAsync();
            await flts.StopAsync();
            await flts.DisposeAsync();
            flts = FltsProcess.Start(start);
            await flts.WaitUntilReadyAsync();
            await flts.UseAdminKeyAsync();
            using var csv = new StringContent(PageStation.Csv());
            using var put = await flts.Http.PutAsync(new Uri("/datasets/afterwards", UriKind.Relative), csv);
            put.EnsureSuccessStatusCode();

            await page.Locator("a[href='/ui/data/afterwards']").WaitForAsync(new() { Timeout = 60_000 });
            await page.ReloadAsync();
            await page.GetByText("admin key · admin").WaitForAsync();
            browser.AssertQuiet("ERR_", "503"); // While the server is away the browser says so.
        }
        finally
        {
            await flts.DisposeAsync();
        }
    }

    [Test]
    public async Task Where_nothing_is_the_demo_is_started_by_a_button_that_asks_for_the_key_and_ends_as_a_forecast_with_its_band()
    {
        await using var host = await RunningHost.StartAsync(settings: _quick.ToDictionary(s => s.Key, s => (string?)s.Value)).ReadyAsync();
        await using var browser = await Browser.StartAsync(host.Http.BaseAddress!);
        var page = await browser.OpenAsync("/ui/sign-in");
        await page.RouteAsync("**/demo.csv", async route => // The first days of it: the soak run takes them all.
        {
            var whole = await (await route.FetchAsync()).TextAsync();
            await route.FulfillAsync(new() { ContentType = "text/csv", Body = string.Join('\n', whole.Split('\n').Take(DemoRows)) });
        });
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the demo" }).ClickAsync();
        await page.Locator("#key-input").FillAsync(host.Key);
        await page.Keyboard.PressAsync("Enter");

        await page.WaitForURLAsync("**/ui/pipelines/*", new() { Timeout = 60_000, WaitUntil = WaitUntilState.Commit });
        await page.Locator(".lead .badge", new() { HasTextString = "promoted" }).WaitForAsync(new() { Timeout = 90_000 });
        Assert.That((await host.GetAsync("/champions/demo")).Body["in_force"], Is.Not.Null);
        await page.GetByRole(AriaRole.Link, new() { Name = "demo", Exact = true }).First.ClickAsync();
        await Browser.DrawnAsync(page, "station");
        var drawn = await Browser.SeriesAsync(page, "station");
        Assert.That(drawn["Forecast"], Has.Count.EqualTo(48));
        Assert.That(drawn["80 % band"].Select(p => (double?)p![1]), Has.All.GreaterThan(0));
        browser.AssertQuiet("401");
    }
}
