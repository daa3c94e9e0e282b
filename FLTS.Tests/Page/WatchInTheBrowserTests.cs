using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using FLTS.Tests.Access;
using FLTS.Tests.Host;
using Microsoft.Playwright;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>A station since its promotion: live errors, the forecast as it stood, a run beside the champion; told as it changes.</summary>
[TestFixture, Parallelizable]
[Category(TestCategories.Browser)]
internal sealed class WatchInTheBrowserTests
{
    private const int Later = 200;

    /// <summary>A page that asks never, whatever the server says when it is fetched again: what it shows it was told to fetch.</summary>
    private const string OnlyListens =
        """
        document.addEventListener('DOMContentLoaded', () => {
            const main = document.getElementById('main');
            const never = () => { if (main.dataset.refresh !== '0') main.dataset.refresh = '0'; };
            never();
            new MutationObserver(never).observe(main, { attributeFilter: ['data-refresh'] });
        });
        """;

    private const int ToldWithinMs = 60_000;

    private const string Station = $"/ui/stations/{PageStation.Name}";

    private RunningHost _host = null!;
    private Browser _browser = null!;
    private string _other = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _host = await RunningHost.StartAsync(settings: new Dictionary<string, string?> { ["Pipeline:DemoOnEmpty"] = "false" }).ReadyAsync();
        _browser = await Browser.StartAsync(_host.Http.BaseAddress!);
        var pipeline = await PageStation.PromoteAsync(_host);
        var champion = (await _host.GetAsync($"/champions/{PageStation.Name}")).Body["in_force"]!["run_id"]!.ToString();
        _other = pipeline["runs"]!.AsArray().Select(r => r!["run_id"]!.ToString()).First(r => r != champion);
        await AppendAsync(PageStation.Rows, Later);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _browser.DisposeAsync();
        await _host.DisposeAsync();
    }

    [TearDown]
    public Task CloseAsync() => _browser.CloseAsync();

    [Test, Order(1)]
    public async Task Live_errors_and_the_forecast_as_it_stood_are_the_api_s()
    {
        var page = await _browser.OpenAsync(Station);
        await Browser.DrawnAsync(page, "live");
        await Browser.DrawnAsync(page, "then");
        var live = (await _host.GetAsync($"/live/{PageStation.Name}")).Body;
        var drawn = await Browser.SeriesAsync(page, "live");
        var hours = live["hours"]!.AsArray();

        Assert.That(drawn["Champion"].Select(p => (double?)p![1]), Is.EqualTo(hours.Select(h => (double?)h!["champion"]?["mae"])));
        Assert.That(drawn["EWMA"].Select(p => (double?)p![1]), Is.EqualTo(hours.Select(h => (double?)h!["baseline"]?["mae"])));
        Assert.That(drawn.Keys, Has.Member("Best reference"));

        await page.Locator("[data-chart=live] [name=measure]").SelectOptionAsync("coverage_80");
        var coverage = await Browser.SeriesAsync(page, "live");
        Assert.That(
            coverage["Champion"].Select(p => (double?)p![1]), Is.EqualTo(hours.Select(h => (double?)h!["champion"]?["coverage_80"])));

        // By the keys, to the first moment that can be chosen.
        await page.Locator("[data-chart=then] [name=at]").FocusAsync();
        var first = await ChosenAsync("Home");
        var answer = (await ChosenAsync("PageUp"))["points"]!.AsArray();
        Assert.That(first["points"]!.AsArray(), Has.Count.EqualTo(answer.Count), "there is a forecast of the first moment, too");
        await Browser.UntilAsync(page, """
            first => window.echarts.getInstanceByDom(document.querySelector('[data-chart=then] .plot')).getOption().series
                .find(s => s.name === 'Forecast then').data[0][1] === first
            """, (double)answer[0]!["forecast"]!);
        var then = await Browser.SeriesAsync(page, "then");
        Assert.That(then["Forecast then"].Select(p => (double?)p![1]), Is.EqualTo(answer.Select(p => (double?)p!["forecast"])));
        var measured = then["Measured"].Where(p => p![1] is not null).ToDictionary(p => (long)p![0]!, p => (double)p![1]!);
        foreach (var point in answer.Where(p => p!["truth"] is not null))
        {
            var at = new DateTimeOffset(DateTime.Parse(point!["time"]!.ToString(), CultureInfo.InvariantCulture), TimeSpan.Zero);
            Assert.That(measured[at.ToUnixTimeMilliseconds()], Is.EqualTo((double)point["truth"]!).Within(1e-9));
        }

        _browser.AssertQuiet();

        async Task<JsonNode> ChosenAsync(string key)
        {
            var asked = page.WaitForResponseAsync(r => r.Url.Contains("/forecast?", StringComparison.Ordinal));
            await page.Keyboard.PressAsync(key);
            return JsonNode.Parse(await (await asked).TextAsync())!;
        }
    }

    [Test, Order(2)]
    public async Task The_list_of_stations_has_the_live_numbers_of_the_metrics()
    {
        using var answer = await _host.SendAsync(HttpMethod.Get, "/metrics", accept: "text/plain");
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n');
        var page = await _browser.OpenAsync("/ui/stations");
        var shown = await page.Locator("tbody tr").First.Locator("data").EvaluateAllAsync<string[]>("all => all.map(d => d.value)");

        foreach (var name in new[] { "flts_live_error_ratio", "flts_live_coverage" })
        {
            var line = lines.Single(l => l.StartsWith($"{name}{{identifier=\"{PageStation.Name}\"}} ", StringComparison.Ordinal));
            var value = double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            Assert.That(shown.Select(s => double.Parse(s, CultureInfo.InvariantCulture)), Has.Some.EqualTo(value).Within(1e-9), name);
        }

        _browser.AssertQuiet();
    }

    [Test, Order(3)]
    public async Task What_changes_is_told_to_every_tab_and_what_somebody_types_stays()
    {
        var (typing, watching) = (await _browser.OpenAsync(Station), await _browser.OpenAsync(Station));
        foreach (var page in new[] { typing, watching })
        {
            await page.AddInitScriptAsync(OnlyListens);
            await page.ReloadAsync();
        }

        var reason = Form(typing, "Evaluate again and promote").Locator("[name=reason]");
        await reason.FillAsync("while I think");
        await Browser.SettledAsync(watching);
        await watching.WaitForTimeoutAsync(1500); // It listens by now.
        var shadow = $"/runs/{_other}/shadow";

        await _host.AskAsync(HttpMethod.Post, shadow, null).ExpectAsync(HttpStatusCode.Accepted);
        foreach (var page in new[] { typing, watching })
            await page.GetByText("is scored on the same rows as the champion").WaitForAsync(new() { Timeout = ToldWithinMs });
        Assert.That(await reason.InputValueAsync(), Is.EqualTo("while I think"));

        await AppendAsync(PageStation.Rows + Later, 30);
        await Browser.UntilAsync(
            watching,
            """
            () => window.echarts.getInstanceByDom(document.querySelector('[data-chart=live] .plot')).getOption().series
                .some(s => s.name === 'Beside the champion' && s.data.some(([, value]) => value !== null))
            """,
            null,
            ToldWithinMs);
        await _host.AskAsync(HttpMethod.Delete, shadow, null).ExpectAsync(HttpStatusCode.Accepted);
        await watching.GetByText("is scored on the same rows as the champion").WaitForAsync(
            new() { State = WaitForSelectorState.Hidden, Timeout = ToldWithinMs });
        _browser.AssertQuiet();
    }

    [Test, Order(4)]
    public async Task A_run_is_put_beside_the_champion_promoted_from_there_and_the_change_is_drawn_in()
    {
        var page = await _browser.OpenAsync(Station);
        await SessionsInTheBrowserTests.SignInAsync(page, _host.Key);
        await DoAsync(page, "Put it beside the champion", "Would score ");
        await page.GetByText("is scored on the same rows as the champion").WaitForAsync();
        var promote = Form(page, "Promote it");
        await promote.Locator("[name=force]").CheckAsync();
        await promote.Locator("[name=reason]").FillAsync("better since Monday");
        await DoAsync(page, "Promote it", "Would end as promoted");
        await page.GetByText("version 2").First.WaitForAsync();
        await page.Locator("[data-part=history] tbody tr").First.GetByText("better since Monday").WaitForAsync();

        await AppendAsync(PageStation.Rows + Later + 30, 30);
        await Browser.UntilAsync(
            page,
            """
            () => window.echarts.getInstanceByDom(document.querySelector('[data-chart=live] .plot')).getOption().series
                .some(s => s.markLine?.data?.some(m => 'xAxis' in m))
            """);
        await Form(page, "Roll back").WaitForAsync(); // There is an earlier one to go back to now.
        await Browser.ShootAsync(page, "station-live-2560", 2560);
        await Browser.ShootAsync(page, "station-live-390", 390);
        Assert.That(
            (await _host.GetAsync($"/champions/{PageStation.Name}")).Body["in_force"]!["run_id"]!.ToString(), Is.EqualTo(_other));
        _browser.AssertQuiet();
    }

    [Test, Order(5)]
    public async Task Buttons_are_those_that_the_api_allows_and_a_session_that_may_not_promote_cannot(
        [Values(Roles.Read, Roles.Train)] string role)
    {
        var key = (await _host.CreateKeyAsync(role)).Text("key");
        var page = await _browser.OpenAsync(Station);
        await SessionsInTheBrowserTests.SignInAsync(page, key);
        var before = (await _host.GetAsync($"/champions/{PageStation.Name}")).Body["history"]!.ToJsonString();

        foreach (var title in new[] { "Roll back", "Evaluate again and promote" })
        {
            await Form(page, title).GetByText($"Needs the role promote; you have {role}.").WaitForAsync();
            Assert.That(await Form(page, title).Locator(".look").IsDisabledAsync(), Is.True);
        }

        // Whoever takes the button's lock off is refused by the API.
        await page.EvaluateAsync("() => document.querySelectorAll('form.command .look').forEach(b => { b.disabled = false; })");
        await Form(page, "Roll back").Locator(".look").ClickAsync();
        await Form(page, "Roll back").Locator("output.wrong").WaitForAsync();
        Assert.That(await Form(page, "Roll back").Locator("output").TextContentAsync(), Does.Contain("needs the role 'promote'"));
        Assert.That(
            (await _host.GetAsync($"/champions/{PageStation.Name}")).Body["history"]!.ToJsonString(), Is.EqualTo(before));
        _browser.AssertQuiet("403");
    }

    [Test, Order(6)]
    public async Task By_the_keyboard_alone_somebody_signs_in_promotes_and_rolls_back()
    {
        var page = await _browser.OpenAsync(Station);
        await TabToAsync(page, "#key-button");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync(_host.Key);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("admin key · admin").WaitForAsync();

        await TabToAsync(page, "form.command[data-path='/promote'] [name=reason]");
        await page.Keyboard.TypeAsync("looked again");
        await page.Keyboard.PressAsync("Enter");
        var promote = Form(page, "Evaluate again and promote");
        await promote.GetByText("Would end as").WaitForAsync();
        await page.Keyboard.PressAsync("Enter"); // The button has the focus.
        await promote.GetByText("Ended as").WaitForAsync();
        var now = (int)(await _host.GetAsync($"/champions/{PageStation.Name}")).Body["in_force"]!["version"]!;

        await TabToAsync(page, "form.command[data-path$='/rollback'] [name=reason]");
        await page.Keyboard.TypeAsync("by hand");
        await page.Keyboard.PressAsync("Enter");
        await Form(page, "Roll back").GetByText($"in force as version {now + 1}").WaitForAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("[data-part=facts]").GetByText($"version {now + 1}").WaitForAsync();

        // Of two models the other one was rolled back from: which version is meant has to be said, and the page says where.
        await page.Locator("select[name=to_version]:invalid").WaitForAsync();
        await Form(page, "Roll back").Locator(".look").ClickAsync();
        Assert.That(await page.EvaluateAsync<string>("document.activeElement.name"), Is.EqualTo("to_version"));

        var champions = (await _host.GetAsync($"/champions/{PageStation.Name}")).Body;
        Assert.That((int)champions["in_force"]!["version"]!, Is.EqualTo(now + 1));
        _browser.AssertQuiet();
    }

    /// <summary>As far as the tabulator leads.</summary>
    private static async Task TabToAsync(IPage page, string selector)
    {
        for (var presses = 0; !await page.EvaluateAsync<bool>("s => document.activeElement.matches(s)", selector); presses++)
        {
            Assert.That(presses, Is.LessThan(150), $"no way to {selector}");
            await page.Keyboard.PressAsync("Tab");
        }
    }

    private static ILocator Form(IPage page, string title) =>
        page.Locator("form.command", new() { Has = page.GetByRole(AriaRole.Button, new() { Name = title }) });

    /// <summary>Looks first, then does it.</summary>
    private static async Task DoAsync(IPage page, string title, string would)
    {
        var form = Form(page, title);
        await form.Locator(".look").ClickAsync();
        await form.Locator(".do:visible").WaitForAsync();
        Assert.That(await form.Locator("output").TextContentAsync(), Does.StartWith(would));
        await form.Locator(".do").ClickAsync();
    }

    /// <summary>Rows come, and are scored.</summary>
    private async Task AppendAsync(int from, int count)
    {
        await _host.AppendAsync(PageStation.Name, PageStation.Csv(from, count)).ExpectAsync(HttpStatusCode.OK);
        var last = new DateTime(2026, 1, 5).AddMinutes(10 * (from + count - 1)).ToString("s", CultureInfo.InvariantCulture);
        for (var tries = 0; ; tries++)
        {
            var live = (await _host.GetAsync($"/live/{PageStation.Name}")).Body;
            if (live["scored_to"]?.ToString() == last)
                return;
            Assert.That(tries, Is.LessThan(300), live.ToJsonString());
            await Task.Delay(100);
        }
    }
}
