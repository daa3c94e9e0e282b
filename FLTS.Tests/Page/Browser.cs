using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Tests.TestKit.Servers;
using Microsoft.Playwright;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>
/// Debian's Chromium over a running host: one process for all tests, a session for each of these. What it complains of, what its policy
/// forbids and what it asks of another host is noted: every test ends with <see cref="AssertQuiet"/>, every fixture's with
/// <see cref="CloseAsync"/>.
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    private const int LongestWaitMs = 30_000;

    private static readonly Lazy<Task<(IPlaywright Playwright, IBrowser Chromium)>> _process = new(LaunchAsync);

    private readonly IBrowser _chromium;
    private readonly IBrowserContext _session;
    private readonly Uri _host;
    private readonly ConcurrentQueue<string> _complaints = new();

    private Browser(IBrowser chromium, IBrowserContext session, Uri host) => (_chromium, _session, _host) = (chromium, session, host);

    public static async Task<Browser> StartAsync(Uri host)
    {
        var (_, chromium) = await _process.Value;
        return new Browser(chromium, await chromium.NewContextAsync(new() { BaseURL = host.AbsoluteUri }), host);
    }

    /// <summary>When the last test is over.</summary>
    public static async Task StopAsync()
    {
        if (!_process.IsValueCreated)
            return;

        var (playwright, chromium) = await _process.Value;
        await chromium.DisposeAsync();
        playwright.Dispose();
    }

    /// <summary>A page in the session of those before it, whose files it has already.</summary>
    /// <param name="path">Of the host.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="isDark">As the system says.</param>
    public async Task<IPage> OpenAsync(string path, int width = 1280, bool isDark = false)
    {
        var page = await _session.NewPageAsync();
        await page.SetViewportSizeAsync(width, 900);
        if (isDark)
            await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        return await GoAsync(page, path);
    }

    /// <summary>A page in a session of its own, to which every file is new.</summary>
    /// <param name="path">Of the host.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="script">Run before any of the page's own; null: none.</param>
    /// <param name="hasScripts">Whether it runs any.</param>
    public async Task<IPage> OpenAloneAsync(string path, int width = 1280, string? script = null, bool hasScripts = true)
    {
        var session = await _chromium.NewContextAsync(new()
        {
            BaseURL = _host.AbsoluteUri,
            ViewportSize = new() { Width = width, Height = 900 },
            JavaScriptEnabled = hasScripts,
        });
        if (script is not null)
            await session.AddInitScriptAsync(script);
        return await GoAsync(await session.NewPageAsync(), path);
    }

    /// <summary>What a test has opened goes on asking and drawing: it is closed, and whoever was signed in is not.</summary>
    public async Task CloseAsync()
    {
        foreach (var page in _session.Pages.ToArray())
            await page.CloseAsync();
        await _session.ClearCookiesAsync();
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
    public static async Task ShootAsync(IPage page, string name, int? width = null)
    {
        if (Environment.GetEnvironmentVariable("FLTS_SCREENSHOTS") is not { Length: > 0 } folder)
            return;

        if (width is { } wide)
        {
            await page.SetViewportSizeAsync(wide, 900);
            await page.WaitForTimeoutAsync(500); // Charts are drawn anew.
        }

        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private static async Task<(IPlaywright Playwright, IBrowser Chromium)> LaunchAsync()
    {
        // Without windows that nobody sees it takes half the time.
        var program = Programs.Find(["chromium-headless-shell", "chromium"], "chromium-headless-shell");
        var playwright = await Playwright.CreateAsync();
        return (playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox"] }));
    }

    private async Task<IPage> GoAsync(IPage page, string path)
    {
        page.SetDefaultTimeout(LongestWaitMs);
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
}
