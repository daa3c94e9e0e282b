using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Tests.TestKit.Servers;
using Microsoft.Playwright;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>
/// Debian's Chromium over a running host. What it complains of, what its policy forbids and what it asks of another host is noted:
/// every test ends with <see cref="AssertQuiet"/>.
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    private const int LongestWaitMs = 30_000;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly Uri _host;
    private readonly ConcurrentQueue<string> _complaints = new();

    private Browser(IPlaywright playwright, IBrowser browser, Uri host) => (_playwright, _browser, _host) = (playwright, browser, host);

    public static async Task<Browser> StartAsync(Uri host)
    {
        var program = Programs.Find("chromium", "chromium");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox"] });
        return new Browser(playwright, browser, host);
    }

    /// <summary>A page in a session of its own.</summary>
    /// <param name="path">Of the host.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="isDark">As the system says.</param>
    /// <param name="script">Run before any of the page's own; null: none.</param>
    public async Task<IPage> OpenAsync(string path, int width = 1280, bool isDark = false, string? script = null)
    {
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = _host.AbsoluteUri,
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
        });
        context.SetDefaultTimeout(LongestWaitMs);
        if (script is not null)
            await context.AddInitScriptAsync(script);
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _complaints.Enqueue($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, error) => _complaints.Enqueue($"{page.Url}: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(_host.AbsoluteUri, StringComparison.Ordinal)
                && !request.Url.StartsWith("data:", StringComparison.Ordinal)
                && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
                _complaints.Enqueue($"{page.Url}: asks {request.Url}");
        };
        await page.GotoAsync(path);
        return page;
    }

    /// <summary>Nothing was complained of but what a test expects: refusals of the API are told by browsers too.</summary>
    public void AssertQuiet(params string[] expected)
    {
        var complaints = _complaints.ToArray();
        _complaints.Clear();
        Assert.That(complaints.Where(c => !expected.Any(e => c.Contains(e, StringComparison.Ordinal))), Is.Empty);
    }

    /// <summary>Waits until its charts are drawn, or say why not: a page that listens is never without a connection.</summary>
    public static Task SettledAsync(IPage page) => UntilAsync(
        page,
        """
        () => document.readyState === 'complete' && ![...document.querySelectorAll('.note')].some((n) => n.textContent.endsWith('…'))
            && ![...document.querySelectorAll('[data-chart]')].some((c) => !('settled' in c.dataset))
        """);

    /// <summary>Waits until a chart has drawn something.</summary>
    public static Task DrawnAsync(IPage page, string chart) => UntilAsync(
        page,
        "chart => !!window.echarts?.getInstanceByDom(document.querySelector(`[data-chart=${chart}] .plot`))?.getOption()?.series?.length",
        chart);

    /// <summary>
    /// Waits until a function of the page says true. (Playwright's own way asks from inside the page, by what the page's policy forbids.)
    /// </summary>
    public static async Task UntilAsync(IPage page, string function, object? argument = null, int withinMs = LongestWaitMs)
    {
        var waiting = Stopwatch.StartNew();
        while (!await page.EvaluateAsync<bool>(function, argument))
        {
            Assert.That(waiting.ElapsedMilliseconds, Is.LessThan(withinMs), $"{page.Url} does not come to: {function}");
            await Task.Delay(50);
        }
    }

    /// <summary>What a chart has drawn, by the names of its series.</summary>
    public static async Task<Dictionary<string, JsonArray>> SeriesAsync(IPage page, string chart)
    {
        var told = await page.EvaluateAsync<JsonElement>(
            """
            chart => window.echarts.getInstanceByDom(document.querySelector(`[data-chart=${chart}] .plot`)).getOption().series
                .filter(s => s.name).map(s => [s.name, s.data])
            """,
            chart);
        return JsonNode.Parse(told.GetRawText())!.AsArray().ToDictionary(s => s![0]!.ToString(), s => s![1]!.AsArray());
    }

    /// <summary>For people to look at, where FLTS_SCREENSHOTS names a folder.</summary>
    public static async Task ShootAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("FLTS_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
