using Microsoft.Playwright;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>The chart that comes with a station's page, and the one that takes its place.</summary>
internal sealed partial class BrowserTests
{
    [TestCase(390, Category = TestCategories.Soak)]
    [TestCase(1280)]
    public async Task The_chart_is_there_before_scripts_and_changes_its_place_in_nothing_when_they_draw_it(int width)
    {
        const string Plot = "[data-chart=station] .plot";
        var path = $"/ui/stations/{PageStation.Name}";
        await PageStation.PageAsync(_host);
        var still = await _browser.OpenAloneAsync(path, width, hasScripts: false);
        var (place, area) = (await BoxAsync(still, Plot), await BoxAsync(still, $"{Plot} .area"));
        Assert.That(await still.Locator($"{Plot} .rises span").AllInnerTextsAsync(), Has.Count.GreaterThan(3));
        await ShootAsync(still, $"station-first-{width}");
        await still.Context.CloseAsync();

        // A page does not wait long for what its chart shows first; one that came without it has other controls.
        var page = await _browser.OpenAsync(path, width);
        for (var i = 0; i < 20 && !(await page.Locator("[data-chart=station] [name=steps]").InnerTextAsync()).Contains('('); i++)
            await page.ReloadAsync();
        await Browser.SettledAsync(page);
        Assert.That(await page.Locator(".first").CountAsync(), Is.Zero, "the chart has taken its place");
        await ShootAsync(page, $"station-then-{width}");
        var drawn = await page.EvaluateAsync<float[]>(
            """
            plot => {
              const { left, top } = document.querySelector(plot).getBoundingClientRect();
              const grid = window.echarts.getInstanceByDom(document.querySelector(plot)).getModel().getComponent('grid');
              const { x, y, width, height } = grid.coordinateSystem.getRect();
              return [left + x, top + y, width, height];
            }
            """,
            Plot);

        Assert.That(await BoxAsync(page, Plot), Is.EqualTo(place).Within(1));
        Assert.That(drawn, Is.EqualTo(area).Within(2), "the lines stay where they are, too");
        _browser.AssertQuiet();
    }

    private static async Task<float[]> BoxAsync(IPage page, string element) =>
        await page.Locator(element).BoundingBoxAsync() is { } box ? [box.X, box.Y, box.Width, box.Height] : [];

    /// <summary>In both colours.</summary>
    private static async Task ShootAsync(IPage page, string name)
    {
        foreach (var colours in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = colours });
            await Browser.ShootAsync(page, $"{name}-{colours}");
        }
    }
}
