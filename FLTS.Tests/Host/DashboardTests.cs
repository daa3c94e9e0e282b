using System.Net;
using System.Net.Http.Headers;
using System.Text;
using NUnit.Framework;

namespace FLTS.Tests.Host;

/// <summary>The pages of the jobs, as a browser uses them: with a password that it sends whoever asks.</summary>
[TestFixture, Parallelizable]
internal sealed class DashboardTests
{
    private RunningHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _host = await RunningHost.StartAsync("0.0.0.0").ReadyAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [TestCase("Origin", "http://elsewhere.example", 403)]
    [TestCase("Origin", "null", 403)]
    [TestCase("Sec-Fetch-Site", "cross-site", 403)]
    [TestCase("Sec-Fetch-Site", "same-site", 403)]
    [TestCase("Referer", "http://elsewhere.example/page", 403)]
    [TestCase("Sec-Fetch-Site", "same-origin", 204)]
    [TestCase("Origin", "own", 204)]
    public async Task The_dashboard_does_nothing_for_the_page_of_another_site(string header, string value, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hangfire/jobs/succeeded/requeue")
        {
            Content = new FormUrlEncodedContent([new("jobs[]", "none")]),
        };
        var sent = value == "own" ? _host.Http.BaseAddress!.GetLeftPart(UriPartial.Authority) : value;
        request.Headers.TryAddWithoutValidation(header, sent);
        using var answer = await SendAsync(request);

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task The_dashboards_way_back_leads_somewhere()
    {
        using var dashboard = await SendAsync(new HttpRequestMessage(HttpMethod.Get, "/hangfire"));
        Assert.That(await dashboard.Content.ReadAsStringAsync(), Does.Contain("href=\"/ui/system\""));
        using var page = await _host.SendAsync(HttpMethod.Get, "/ui/system", withKey: true);

        Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"anyone:{_host.Key}")));
        return await _host.Http.SendAsync(request);
    }
}
