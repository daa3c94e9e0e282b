using System.Collections.Concurrent;
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
    private const int LongestWaitMs = 15_000;

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
    public async Task<IPage> OpenAsync(string path, int width = 1280, bool isDark = false)
    {
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = _host.AbsoluteUri,
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
        });
        context.SetDefaultTimeout(LongestWaitMs);
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
