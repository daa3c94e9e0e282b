using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Tests.EndToEnd;
using FLTS.Tests.TestKit.Servers;
using NUnit.Framework;

namespace FLTS.Tests.Upgrade;

/// <summary>Settings of before keep their meaning.</summary>
[TestFixture, Parallelizable]
[Category(TestCategories.Servers)]
[Category(TestCategories.Slow)]
internal sealed class ModulesOfBeforeTests
{
    [Test]
    public async Task A_process_that_was_told_to_run_Preprocessing_alone_still_has_the_datasets_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var before = Before.Read("postgres");
        var connection = await (await TestServers.Postgres()).CreateDatabaseAsync();
        await Before.RestoreAsync(connection);
        var environment = new Dictionary<string, string>(await FullSettings.CreateAsync())
        {
            ["Database__ConnectionString"] = connection,
            ["Modules__Enabled__0"] = "Preprocessing",
        };
        await using var flts = FltsProcess.Start(new FltsStart { Data = folder["data"], Environment = environment });
        await flts.WaitUntilReadyAsync();
        await flts.UseAdminKeyAsync();

        foreach (var name in new[] { "growing", "uploaded" })
            Assert.That(
                Comparison.Differences(
                    before.Requests.Single(r => r.Path == $"/datasets/{name}").Answer,
                    await flts.GetAsync($"/datasets/{name}")),
                Is.Empty);

        Assert.That(
            await SendAsync(
                flts,
                HttpMethod.Put,
                "/datasets/another",
                "time,load\n2026-01-05 00:00:00,1\n2026-01-05 00:10:00,2\n2026-01-05 00:20:00,4\n"),
            Is.EqualTo(HttpStatusCode.Created));
        Assert.That(
            await SendAsync(flts, HttpMethod.Post, "/datasets/another/rows", "time,load\n2026-01-05 00:30:00,8\n"),
            Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await flts.GetAsync("/datasets/another/profile"))["columns"]!.AsArray(), Has.Count.EqualTo(1));
        Assert.That(
            (await flts.GetAsync("/datasets?limit=100"))["items"]!.AsArray().Select(d => d!["name"]!.GetValue<string>()),
            Is.SupersetOf(before.List("/datasets").Select(d => d["name"]!.GetValue<string>())).And.Contain("another"));
        using (var plot = await flts.Http.GetAsync(new Uri("/datasets/another/plots/load", UriKind.Relative)))
            Assert.That(plot.Content.Headers.ContentType?.MediaType, Is.EqualTo("image/png"));

        await flts.PostAsync("/pipelines", new JsonObject { ["dataset"] = "another" }, HttpStatusCode.NotFound);
        await flts.PostAsync("/promote", new JsonObject { ["config_hash"] = "any" }, HttpStatusCode.NotFound);
        await flts.PostAsync("/predict", [], HttpStatusCode.NotFound);
    }

    private static async Task<HttpStatusCode> SendAsync(FltsProcess flts, HttpMethod method, string path, string csv)
    {
        using var request =
            new HttpRequestMessage(method, path) { Content = new StringContent(csv, Encoding.UTF8, new MediaTypeHeaderValue("text/csv")) };
        using var answer = await flts.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
