using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

/// <summary>
/// Prophet's caps, regressors, conditions and holidays from the pipeline's request to the forecast's: what lies
/// ahead comes with <c>/predict</c>.
/// </summary>
[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class KnownAheadTests
{
    private const int Hours = 24 * 40;
    private const double Heat = 2, Feast = 30, Rush = 15;

    private static readonly DateTime _start = new(2026, 1, 5);

    [Test]
    public async Task A_forecast_follows_the_caps_regressors_conditions_and_holidays_of_its_request_and_is_refused_without_them()
    {
        using var folder = new TemporaryFolder();
        await using var flts = FltsProcess.Start(new FltsStart { Data = folder["data"], Settings = Stations.SmallModels });
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();
        using (var csv = new StringContent(Csv(), Encoding.UTF8, "text/csv"))
        using (var stored = await flts.Http.PutAsync(new Uri("/datasets/station", UriKind.Relative), csv))
            Assert.That(stored.StatusCode, Is.EqualTo(HttpStatusCode.Created));

        var id = await flts.StartPipelineAsync(new JsonObject
        {
            ["dataset"] = "station",
            ["model_types"] = new JsonArray("PROPHET"),
            ["preprocessing"] = new JsonObject
            {
                ["targets"] = new JsonArray("load"),
                ["inputs"] = new JsonArray("load", "heat", "capacity", "rush"),
            },
            ["training"] = new JsonObject
            {
                ["PROPHET"] = new JsonObject
                {
                    ["growth"] = "logistic",
                    ["cap"] = "capacity",
                    ["weekly_seasonality"] = false,
                    ["regressors"] = new JsonArray(new JsonObject { ["name"] = "heat" }),
                    ["seasonalities"] = new JsonArray(
                        new JsonObject { ["name"] = "rush_day", ["period"] = 1, ["fourier_order"] = 2, ["condition"] = "rush" }),
                    ["holidays"] = new JsonArray(Holiday(10), Holiday(20)),
                },
            },
        });
        var end = await flts.WaitForEndAsync(id);
        Assert.That(end["status"]!.GetValue<string>(), Is.EqualTo("promoted"), end.ToJsonString());
        var served = await flts.WaitForModelAsync();
        Assert.That(served["known_ahead"]!.AsArray().Select(c => c!.GetValue<string>()), Is.EqualTo(new[] { "heat", "rush", "capacity" }));

        var refused = await flts.PostAsync("/predict", new JsonObject { ["inference_length"] = 2 }, HttpStatusCode.UnprocessableEntity);
        Assert.That(
            refused["detail"]!.GetValue<string>(),
            Does.Contain("'future' lacks heat, rush, capacity").And.Contain("2 coming steps"));
        Assert.That(
            refused["missing_columns"]!.AsArray().Select(c => c!.GetValue<string>()),
            Is.EqualTo(new[] { "heat", "rush", "capacity" }));
        var unsaid = await flts.PostAsync("/predict", new JsonObject { ["future"] = Future() }, HttpStatusCode.UnprocessableEntity);
        Assert.That(
            unsaid["detail"]!.GetValue<string>(),
            Does.Contain("holidays are known up to 2026-01-25").And.Contain("[] for none").And.Contain("feast"));
        await RefusedAsync("future.heat[1]", Future(heat: [20, double.NaN]), []);
        await RefusedAsync("must be a list of 3 values", Future(), [], steps: 3);
        await RefusedAsync("not above its floor 0", Future(capacity: -5), []);
        await RefusedAsync(
            "no holiday 'carnival'; it knows feast",
            Future(),
            new JsonArray(new JsonObject { ["holiday"] = "carnival", ["ds"] = "2026-02-14" }));
        await RefusedAsync("'holidays[0].ds' is missing", Future(), new JsonArray(new JsonObject { ["holiday"] = "feast" }));

        var plain = await LoadsAsync(Future(), []);
        Assert.That(plain, Has.Length.EqualTo(2), "as many steps as 'future' has values");
        Assert.That((await LoadsAsync(Future(heat: [25, 20]), []))[0] - plain[0], Is.EqualTo(5 * Heat).Within(0.5));
        var feast = DateOnly.FromDateTime(_start.AddHours(Hours)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        Assert.That(
            (await LoadsAsync(Future(), new JsonArray(new JsonObject { ["holiday"] = "feast", ["ds"] = feast })))[0] - plain[0],
            Is.EqualTo(Feast).Within(1.5));
        Assert.That(
            (await LoadsAsync(Future(rush: true), []))[0] - plain[0],
            Is.EqualTo(Rush).Within(1.5),
            "midnight, where the conditional cosine peaks");
        Assert.That((await LoadsAsync(Future(capacity: 2000), []))[0], Is.GreaterThan(plain[0] + 300), "a saturated trend follows its cap");

        async Task<double[]> LoadsAsync(JsonObject future, JsonArray holidays)
        {
            var answer = await flts.PostAsync("/predict", new JsonObject { ["future"] = future, ["holidays"] = holidays });
            return [.. answer["predictions"]!.AsArray().Select(p => p!["load"]!.GetValue<double>())];
        }

        async Task RefusedAsync(string because, JsonObject future, JsonArray holidays, int steps = 2)
        {
            var answer = await flts.PostAsync(
                "/predict",
                new JsonObject { ["future"] = future, ["holidays"] = holidays, ["inference_length"] = steps },
                HttpStatusCode.UnprocessableEntity);
            Assert.That(answer["detail"]!.GetValue<string>(), Does.Contain(because));
        }
    }

    private static JsonObject Holiday(int day) =>
        new() { ["holiday"] = "feast", ["ds"] = _start.AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) };

    private static JsonObject Future(double[]? heat = null, bool rush = false, double capacity = 1000) => new()
    {
        ["heat"] = new JsonArray([.. (heat ?? [20, 20]).Select(v => double.IsNaN(v) ? null : JsonValue.Create(v))]),
        ["rush"] = new JsonArray(rush, rush),
        ["capacity"] = new JsonArray(capacity, capacity),
    };

    // Half-way saturated growth below a cap of 1000, heat, a feast on three days, and a daily wave in hours of rush only.
    private static string Csv()
    {
        var lines = new StringBuilder("time,load,heat,capacity,rush\n");
        for (var i = 0; i < Hours; i++)
        {
            var time = _start.AddHours(i);
            var (heat, rush) = (20 + (5 * Math.Sin(i * 0.137)), time.Day % 3 == 0);
            var feast = (time - _start).Days is 10 or 20;
            var load = (1000 / (1 + Math.Exp(-(i - 300) / 250.0))) + (Heat * heat) + (feast ? Feast : 0)
                + (rush ? Rush * Math.Cos(2 * Math.PI * i / 24) : 0) + Math.Sin(i * 12.9898 * 43.7);
            lines.Append(CultureInfo.InvariantCulture, $"{time:s},{load:R},{heat:R},1000,{(rush ? 1 : 0)}\n");
        }

        return lines.ToString();
    }
}
