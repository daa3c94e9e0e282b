using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace FLTS.Tests.EndToEnd;

[TestFixture, Parallelizable, Category(TestCategories.Slow)]
internal sealed class NewestRowsTests
{
    [Test]
    public async Task A_forecast_without_rows_starts_behind_what_was_appended_last_also_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        var start = new FltsStart { Data = folder["data"], Settings = Stations.SmallModels };
        var rows = Rows(400);
        JsonObject appended;
        await using (var flts = FltsProcess.Start(start))
        {
            await flts.WaitUntilReadyAsync();
            await flts.UseAdminKeyAsync();
            await PutAsync(flts, "station", Csv("load", rows[..300]));
            var id = await flts.StartPipelineAsync(new JsonObject { ["dataset"] = "station", ["model_types"] = new JsonArray("GRU") });
            Assert.That((await flts.WaitForEndAsync(id))["status"]!.GetValue<string>(), Is.EqualTo("promoted"));
            await flts.WaitForModelAsync();
            Assert.That(Time(await flts.PostAsync("/predict", [])), Is.EqualTo(At(300)));

            await AppendAsync(flts, Csv("load", rows[300..390]));
            appended = await flts.PostAsync("/predict", []);
            var sent = await flts.PostAsync("/predict", new JsonObject
            {
                ["data"] = new JsonObject
                {
                    ["time"] = new JsonArray([.. Enumerable.Range(340, 50).Select(i => (JsonNode)At(i))]),
                    ["load"] = new JsonArray([.. rows[340..390].Select(v => (JsonNode)v)]),
                },
            });

            Assert.That(Time(appended), Is.EqualTo(At(390)));
            Assert.That(
                appended["predictions"]!.ToJsonString(),
                Is.EqualTo(sent["predictions"]!.ToJsonString()),
                "the same rows, sent by the client");
        }

        await using var again = FltsProcess.Start(start);
        await again.WaitUntilReadyAsync();
        await again.UseAdminKeyAsync();
        var restarted = await again.WaitForAsync("a forecast", async () =>
        {
            using var answer = await again.Http.PostAsync(
                new Uri("/predict", UriKind.Relative),
                new StringContent("{}", Encoding.UTF8, "application/json"));
            return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject() : null;
        });
        Assert.That(Time(restarted), Is.EqualTo(At(390)));
        Assert.That(Load(restarted), Is.EqualTo(Load(appended)).Within(1e-5).Percent);

        await PutAsync(again, "station", Csv("other", rows));
        var warned = await again.PostAsync("/predict", []);
        Assert.That(Time(warned), Is.EqualTo(At(390)), "rows that do not fit the model replace none");
        Assert.That(
            warned["warnings"]!.AsArray().Select(w => w!.GetValue<string>()),
            Has.One.Contains("Newer rows of 'station' cannot be used").And.Contains("load"));
    }

    private static double[] Rows(int count) => [.. Enumerable.Range(0, count).Select(i => 100 + (10 * Math.Sin(i / 5.0)) + (i % 7))];

    private static string At(int row) => new DateTime(2026, 1, 5).AddMinutes(2 * row).ToString("s", CultureInfo.InvariantCulture);

    private static string Csv(string column, double[] values)
    {
        var first = Array.IndexOf(Rows(400), values[0]);
        return $"time,{column}\n"
            + string.Concat(values.Select((v, i) => string.Create(CultureInfo.InvariantCulture, $"{At(first + i)},{v:R}\n")));
    }

    private static string Time(JsonObject answer) => answer["predictions"]![0]!["ts"]!.GetValue<string>();

    private static double Load(JsonObject answer) => answer["predictions"]![0]!["load"]!.GetValue<double>();

    private static async Task PutAsync(FltsProcess flts, string name, string csv)
    {
        using var content = Content(csv);
        using var response = await flts.Http.PutAsync(new Uri($"/datasets/{name}", UriKind.Relative), content);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Created), await response.Content.ReadAsStringAsync());
    }

    private static async Task AppendAsync(FltsProcess flts, string csv)
    {
        using var content = Content(csv);
        using var response = await flts.Http.PostAsync(new Uri("/datasets/station/rows", UriKind.Relative), content);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), await response.Content.ReadAsStringAsync());
    }

    private static StringContent Content(string csv) => new(csv, Encoding.UTF8, new MediaTypeHeaderValue("text/csv"));
}
