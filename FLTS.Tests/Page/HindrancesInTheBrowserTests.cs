using System.Net;
using FLTS.Tests.Access;
using FLTS.Tests.Host;
using Microsoft.Playwright;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>What stood in the way of somebody who had nothing but the page.</summary>
[TestFixture, Parallelizable]
[Category(TestCategories.Browser), Category(TestCategories.Soak)]
internal sealed class HindrancesInTheBrowserTests
{
    private RunningHost _host = null!;
    private Browser _browser = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync().ReadyAsync();
        await PageStation.PromoteAsync(_host);
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

    [Test]
    public async Task A_cell_that_is_no_number_is_answered_for_in_the_list_and_the_file_is_stored()
    {
        var page = await OpenSignedInAsync("/ui/data");
        var csv = PageStation.Csv().Replace("2026-01-05 01:00:00,", "2026-01-05 01:00:00,oops", StringComparison.Ordinal);
        await page.Locator("#file").SetInputFilesAsync(new FilePayload
        {
            Name = "broken.csv",
            MimeType = "text/csv",
            Buffer = System.Text.Encoding.UTF8.GetBytes(csv),
        });
        await page.GetByText("a row every 10 min,").WaitForAsync();
        var store = page.GetByRole(AriaRole.Button, new() { Name = "Store it" });
        Assert.That(await store.IsDisabledAsync(), Is.True, "what was looked at would be refused");
        var asked = page.Locator("#questions select");
        var oops = await asked.Locator("option").Last.TextContentAsync();
        await asked.SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await asked.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await store.ClickAsync();
        await page.GetByText("rows as version 1.").WaitForAsync();

        Assert.That(oops, Does.EndWith(": a missing value"));
        var options = (await _host.GetAsync("/datasets/broken").ExpectAsync(HttpStatusCode.OK)).Body["options"]!;
        Assert.That(options["missing_words"]!.AsArray().Single()!.GetValue<string>(), Does.StartWith("oops"));
        _browser.AssertQuiet();
    }

    [Test]
    public async Task Who_may_only_read_sees_before_sending_that_a_file_cannot_be_stored()
    {
        var key = (await _host.CreateKeyAsync(Roles.Read)).Text("key");
        var page = await _browser.OpenAsync("/ui/data");
        await SessionsInTheBrowserTests.SignInAsync(page, key);
        await page.Locator("#file").SetInputFilesAsync(new FilePayload
        {
            Name = "good.csv",
            MimeType = "text/csv",
            Buffer = System.Text.Encoding.UTF8.GetBytes(PageStation.Csv()),
        });
        await page.Locator("#store").GetByText("Needs the role train; you have read.").WaitForAsync();

        Assert.That(await page.GetByRole(AriaRole.Button, new() { Name = "Store it" }).IsDisabledAsync(), Is.True);
        _browser.AssertQuiet();
    }

    [Test]
    public async Task A_reason_that_comes_to_mind_after_looking_takes_nothing_back()
    {
        var page = await OpenSignedInAsync($"/ui/stations/{PageStation.Name}");
        var form = page.Locator("form.command", new() { HasText = "Evaluate again and promote" });
        await form.Locator(".look").ClickAsync();
        await form.Locator(".do:visible").WaitForAsync();
        await form.Locator("[name=reason]").FillAsync("the week's look");

        Assert.That(await form.Locator(".do").IsVisibleAsync(), Is.True);
        Assert.That(await form.Locator("output").TextContentAsync(), Does.StartWith("Would end as "));
        _browser.AssertQuiet();
    }

    [Test]
    public async Task What_was_shown_of_another_champion_is_withdrawn_and_rolling_back_is_offered_at_once()
    {
        var page = await OpenSignedInAsync($"/ui/stations/{PageStation.Name}");
        var evaluate = page.Locator("form.command", new() { HasText = "Evaluate again and promote" });
        await evaluate.Locator(".look").ClickAsync();
        await evaluate.Locator(".do:visible").WaitForAsync();
        await page.EvaluateAsync("() => document.activeElement.blur()");
        await PromoteAnotherAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Roll back: show" }).WaitForAsync();
        Assert.That(await evaluate.Locator("output").TextContentAsync(), Is.Empty);

        await evaluate.Locator(".look").ClickAsync();
        await evaluate.Locator(".do:visible").WaitForAsync();
        await PromoteAnotherAsync();
        await evaluate.GetByText("has changed meanwhile: look again").WaitForAsync(); // It had the focus: it stays, and says so.
        Assert.That(await evaluate.Locator(".do").IsVisibleAsync(), Is.False);
        _browser.AssertQuiet();
    }

    [Test]
    public async Task A_page_whose_server_does_not_answer_says_since_when_and_no_longer_once_it_does()
    {
        var page = await _browser.OpenAsync("/ui/pipelines");
        await page.Locator("tbody tr").First.WaitForAsync();
        const string Again = "() => document.dispatchEvent(new Event('session'))"; // It listens anew, and asks what it missed.
        await page.RouteAsync("**/ui/pipelines", route => route.AbortAsync());
        await page.EvaluateAsync(Again);
        await page.GetByText("No answer from the server since").WaitForAsync();
        await page.UnrouteAsync("**/ui/pipelines");
        await page.EvaluateAsync(Again);
        await page.Locator("#away").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        _browser.AssertQuiet("ERR_FAILED");
    }

    private async Task PromoteAnotherAsync()
    {
        var champion = (await _host.GetAsync($"/champions/{PageStation.Name}")).Body["in_force"]!["run_id"]!.ToString();
        var other = (await _host.GetAsync($"/runs?identifier={PageStation.Name}")).Body["items"]!.AsArray()
            .Select(r => r!["run_id"]!.ToString()).First(r => r != champion);
        using var body = new StringContent(
            $$"""{"run_ids": ["{{other}}"], "identifier": "{{PageStation.Name}}", "force": true, "reason": "the other one"}""",
            System.Text.Encoding.UTF8,
            "application/json");
        await _host.AskAsync(HttpMethod.Post, "/promote", body).ExpectAsync(HttpStatusCode.OK);
    }

    private async Task<IPage> OpenSignedInAsync(string path)
    {
        var page = await _browser.OpenAsync(path);
        await SessionsInTheBrowserTests.SignInAsync(page, _host.Key);
        return page;
    }
}
