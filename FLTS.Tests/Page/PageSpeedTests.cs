using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Tests.Host;
using Microsoft.Playwright;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>
/// How long people wait, by Chromium's own clock (software rendering): a station of a million rows, its first paint and its zooms; a
/// thousand stations in the list; the weight of a page. The figures are printed.
/// </summary>
[TestFixture, NonParallelizable]
[Category(TestCategories.Browser), Category(TestCategories.Soak)]
internal sealed class PageSpeedTests
{
    private const int Rows = 1_000_000, Stations = 1_000;

    private const double FirstPaintMs = 1_500, ZoomMs = 200, ServerMs = 300, ListPaintMs = 1_000;

    private const long WeightBytes = 60_000;

    /// <summary>
    /// Notes when the station's chart was drawn: its values were there, the library has said that it is finished, and a frame has passed.
    /// </summary>
    private const string WatchFirstPaint =
        """
        const watch = () => {
          const plot = document.querySelector('[data-chart=station] .plot');
          const chart = plot && window.echarts?.getInstanceByDom(plot);
          const isDrawn = chart?.getOption()?.series?.some((s) => s.name === 'Measured' && s.data.length);
          if (!isDrawn) return requestAnimationFrame(watch);
          requestAnimationFrame(() => requestAnimationFrame(() => { window.firstPaint = performance.now(); }));
        };
        requestAnimationFrame(watch);
        """;

    /// <summary>
    /// Turns the wheel, and answers after how many milliseconds the old values were drawn anew and the fine ones were: what asks for them
    /// waits until the wheel rests.
    /// </summary>
    private const string Zoom =
        """
        () => new Promise((resolve) => {
          const plot = document.querySelector('[data-chart=station] .plot');
          const chart = window.echarts.getInstanceByDom(plot);
          const box = plot.getBoundingClientRect();
          const begun = performance.now();
          let first = null;
          const set = chart.setOption;
          chart.setOption = (...option) => {
            chart.setOption = set;
            set.apply(chart, option);
            requestAnimationFrame(() => requestAnimationFrame(() => resolve([first, performance.now() - begun])));
          };
          const canvas = plot.querySelector('canvas');
          canvas.dispatchEvent(new WheelEvent('wheel', {
            bubbles: true, cancelable: true, deltaY: -120, clientX: box.left + box.width / 2, clientY: box.top + box.height / 2,
          }));
          requestAnimationFrame(() => requestAnimationFrame(() => { first ??= performance.now() - begun; }));
        })
        """;

    [Test]
    public async Task A_station_of_a_million_rows_is_painted_and_zoomed_as_one_of_a_thousand()
    {
        await using var host = await StartAsync();
        await using var browser = await Browser.StartAsync(host.Http.BaseAddress!);
        await host.PutAsync("large", Large()).ExpectAsync(HttpStatusCode.Created);
        var request = new JsonObject
        {
            ["dataset"] = "large",
            ["model_types"] = new JsonArray("AR", "EWMA"),
            ["sample_train_rows"] = 20_000,
            ["sample_test_rows"] = 5_000,
        };
        await PageStation.EndedAsync(host, request);

        var paints = new List<double>();
        foreach (var visit in new[] { "first", "second", "third" })
        {
            var page = await browser.OpenAsync("/ui/stations/large", script: WatchFirstPaint);
            await Browser.UntilAsync(page, "() => !!window.firstPaint");
            paints.Add(await page.EvaluateAsync<double>("window.firstPaint"));
            Say($"{visit} paint of a station of {Rows} rows: {paints[^1]:0} ms");
            if (paints.Count == 3)
                await ZoomAsync(page);
            await page.Context.CloseAsync();
        }

        browser.AssertQuiet();
        Assert.That(paints, Has.All.LessThan(FirstPaintMs));
    }

    [Test]
    public async Task A_thousand_stations_are_listed_at_once_and_a_page_is_light()
    {
        await using var host = await StartAsync();
        await using var browser = await Browser.StartAsync(host.Http.BaseAddress!);
        await ManyStations.AddAsync(host, Stations);
        var (server, paint, weight) = (new List<double>(), new List<double>(), 0L);
        for (var visit = 0; visit < 5; visit++)
        {
            var page = await browser.OpenAsync("/ui/stations");
            await Browser.UntilAsync(page, "() => performance.getEntriesByType('paint').some(p => p.name === 'first-contentful-paint')");
            var told = await page.EvaluateAsync<JsonElement>(
                """
                () => {
                  const [page] = performance.getEntriesByType('navigation');
                  const files = performance.getEntriesByType('resource').filter((r) => r.name.includes('/ui/assets/'));
                  return {
                    server: page.responseStart - page.requestStart,
                    paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
                    weight: [page, ...files].reduce((sum, e) => sum + e.encodedBodySize, 0),
                    charts: files.some((r) => r.name.includes('echarts')),
                  };
                }
                """);
            server.Add(told.GetProperty("server").GetDouble());
            paint.Add(told.GetProperty("paint").GetDouble());
            weight = told.GetProperty("weight").GetInt64();
            Assert.That(told.GetProperty("charts").GetBoolean(), Is.False);
            Assert.That(await page.Locator("tbody tr").CountAsync(), Is.EqualTo(50));
            Say($"{Stations} stations, visit {visit + 1}: {server[^1]:0} ms on the server, painted after {paint[^1]:0} ms, {weight} bytes");
            await page.Context.CloseAsync();
        }

        Assert.That(server, Has.All.LessThan(ServerMs));
        Assert.That(paint, Has.All.LessThan(ListPaintMs));
        Assert.That(weight, Is.LessThan(WeightBytes));
        browser.AssertQuiet();
    }

    private static Task<RunningHost> StartAsync() =>
        RunningHost.StartAsync(settings: new Dictionary<string, string?> { ["Pipeline:DemoOnEmpty"] = "false" }).ReadyAsync();

    private static async Task ZoomAsync(IPage page)
    {
        // From the whole of it on, where a point stands for hours.
        await page.EvaluateAsync(
            """
            () => window.echarts.getInstanceByDom(document.querySelector('[data-chart=station] .plot'))
                .dispatchAction({ type: 'dataZoom', start: 0, end: 100 })
            """);
        await page.WaitForTimeoutAsync(1_000);
        var times = new List<double>();
        for (var turn = 0; turn < 7; turn++)
        {
            var told = (await page.EvaluateAsync<double[]>(Zoom))!;
            times.Add(told[1]);
            await page.WaitForTimeoutAsync(300); // What is drawn of it is over.
            Say($"zoom {turn + 1}: answered after {told[0]:0} ms, fine after {told[1]:0} ms");
        }

        Assert.That(times.Order().ElementAt(times.Count / 2), Is.LessThan(ZoomMs), "the median of all");
    }

    private static void Say(FormattableString figure) => TestContext.Out.WriteLine(FormattableString.Invariant(figure));

    /// <summary>A row every minute, with the day in it.</summary>
    private static byte[] Large()
    {
        var text = new StringBuilder("time,load,users\n", Rows * 36);
        var at = new DateTime(2024, 1, 1);
        for (var i = 0; i < Rows; i++, at = at.AddMinutes(1))
        {
            var value = 100 + (40 * Math.Sin(2 * Math.PI * i / 1440)) + (i * 7919L % 13);
            text.Append(CultureInfo.InvariantCulture, $"{at:yyyy-MM-dd HH:mm:ss},{value:0.##},{value / 3:0.##}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
