using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Tests.Host;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>A station whose names are meant to break a page, and a pipeline of it that costs little.</summary>
internal static class PageStation
{
    public const string Name = "mast-7";

    /// <summary>Of its columns.</summary>
    public static readonly string[] Columns = ["load", "<script>alert(1)</script>", "\u202Edrawkcab", new string('x', 200)];

    /// <summary>Types that are fitted in a moment.</summary>
    public static readonly string[] Models = ["AR", "EWMA"];

    /// <summary>Of its file.</summary>
    public const int Rows = 600;

    /// <summary>A row every ten minutes, with the day in it and one gap.</summary>
    public static string Csv() => Csv(0, Rows);

    /// <summary>Some of its rows.</summary>
    public static string Csv(int from, int count)
    {
        var start = new DateTime(2026, 1, 5);
        var text = new StringBuilder("time," + string.Join(',', Columns) + "\n");
        for (var i = from; i < from + count; i++)
        {
            if (i is > 200 and < 204)
                continue;
            var value = 100 + (40 * Math.Sin(2 * Math.PI * i / 144)) + (i * 7919 % 13);
            text.Append(CultureInfo.InvariantCulture, $"{start.AddMinutes(10 * i):yyyy-MM-dd HH:mm:ss},{value:0.###}")
                .Append(CultureInfo.InvariantCulture, $",{value + 1:0.###},{value * 2:0.###},{value - 3:0.###}\n");
        }

        return text.ToString();
    }

    /// <summary>Puts it and waits for its pipeline's end.</summary>
    public static async Task<JsonObject> PromoteAsync(RunningHost host)
    {
        await host.PutAsync(Name, Csv()).ExpectAsync(HttpStatusCode.Created);
        return await EndedAsync(
            host, new JsonObject { ["dataset"] = Name, ["model_types"] = new JsonArray([.. Models.Select(m => (JsonNode)m)]) });
    }

    /// <summary>Its page, once the rows are at hand that its picture is drawn of.</summary>
    public static async Task<string> PageAsync(RunningHost host, string? key = null)
    {
        for (var tries = 0; ; tries++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/ui/stations/{Name}");
            if (key is not null)
                request.Headers.Add("X-Api-Key", key);
            using var answer = await host.Http.SendAsync(request);
            var page = await answer.Content.ReadAsStringAsync();
            if (page.Contains("class=\"first\"", StringComparison.Ordinal))
                return page;
            Assert.That(tries, Is.LessThan(400), page);
            await Task.Delay(100);
        }
    }

    /// <summary>Starts a pipeline and waits for its end.</summary>
    public static async Task<JsonObject> EndedAsync(RunningHost host, JsonObject request)
    {
        var started = await host.AskAsync(
            HttpMethod.Post, "/pipelines", new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json"))
            .ExpectAsync(HttpStatusCode.Accepted);
        for (var tries = 0; ; tries++)
        {
            var pipeline = (await host.GetAsync($"/pipelines/{started.Text("pipeline_id")}").ExpectAsync(HttpStatusCode.OK)).Body;
            if (pipeline["ended_at"] is not null)
                return pipeline;
            Assert.That(tries, Is.LessThan(600), pipeline.ToJsonString());
            await Task.Delay(100);
        }
    }
}
