using System.Net;
using FLTS.Tests.Access;
using FLTS.Tests.Host;
using Microsoft.Playwright;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>Signing in as people do it, at a server that shows nothing to strangers.</summary>
[TestFixture, Parallelizable]
[Category(TestCategories.Browser)]
internal sealed class SessionsInTheBrowserTests
{
    private RunningHost _host = null!;
    private Browser _browser = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync("0.0.0.0").ReadyAsync();
        _browser = await Browser.StartAsync(_host.Http.BaseAddress!);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _browser.DisposeAsync();
        await _host.DisposeAsync();
    }

    [TearDown]
    public Task CloseAsync() => _browser.CloseAsync();

    /// <summary>By the dialog of any page.</summary>
    public static async Task SignInAsync(IPage page, string key)
    {
        await page.Locator("#key-button").ClickAsync();
        await page.Locator("#key-input").FillAsync(key);
        await page.Locator("#key-dialog [value=in]").ClickAsync();
        await page.Locator("#key-dialog").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
    }

    [Test]
    public async Task A_stranger_is_led_to_sign_in_and_from_there_to_where_he_wanted_to()
    {
        var page = await _browser.OpenAsync("/ui/data");
        await page.GetByLabel("Key", new() { Exact = true }).First.FillAsync("not-the-key-not-the-key");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("This is no key of this server.").WaitForAsync();
        await page.Locator("#sign-in input").FillAsync(_host.Key);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/ui/data", new() { Timeout = 60_000, WaitUntil = WaitUntilState.Commit });
        await page.GetByText("admin key · admin").WaitForAsync();
        await page.GotoAsync("/hangfire");
        Assert.That(await page.TitleAsync(), Does.Contain("FLTS jobs"), "the same session opens the jobs");

        var kept = await page.EvaluateAsync<string>("document.cookie + JSON.stringify(sessionStorage) + JSON.stringify(localStorage)");
        Assert.That(kept, Does.Not.Contain("flts").And.Not.Contain(_host.Key));
        _browser.AssertQuiet("401");
    }

    [Test]
    public async Task A_link_signs_in_once_and_leaves_no_token_in_the_address()
    {
        var link = (await _host.AskAsync(HttpMethod.Post, "/keys/link", null).ExpectAsync(HttpStatusCode.Created)).Text("path");
        var first = await _browser.OpenAsync(link);
        await first.WaitForURLAsync("**/ui/stations", new() { Timeout = 60_000, WaitUntil = WaitUntilState.Commit });
        await first.Context.ClearCookiesAsync();
        var second = await _browser.OpenAsync(link);
        await second.GetByText("This link was used").WaitForAsync();

        Assert.That(second.Url, Does.EndWith("/ui/sign-in"));
        _browser.AssertQuiet("401");
    }

    [Test]
    public async Task A_session_that_ends_leads_the_open_page_to_sign_in()
    {
        var made = await _host.CreateKeyAsync(Roles.Read);
        var page = await _browser.OpenAsync("/ui/pipelines");
        await page.Locator("#sign-in input").FillAsync(made.Text("key"));
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/ui/pipelines", new() { Timeout = 60_000, WaitUntil = WaitUntilState.Commit });
        await page.GetByText("of read · read").WaitForAsync();
        await _host.AskAsync(HttpMethod.Delete, $"/keys/{made.Text("id")}", null).ExpectAsync(HttpStatusCode.NoContent);

        await page.WaitForURLAsync("**/ui/sign-in?*", new() { Timeout = 60_000, WaitUntil = WaitUntilState.Commit });

        Assert.That(page.Url, Does.Contain("to=%2Fui%2Fpipelines"));
        _browser.AssertQuiet("401");
    }
}
