using System.Net.Http.Json;
using FLTS.Host.Hosting;
using FLTS.Tests.Host;

namespace FLTS.Tests.Access;

/// <summary>Requests as a browser sends them, header by header: nothing is kept between them.</summary>
internal sealed class BrowserRequest(RunningHost host) : IDisposable
{
    private readonly HttpClient _http =
        new(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = host.Http.BaseAddress };

    /// <summary>What the page's own script says.</summary>
    public static IReadOnlyDictionary<string, string> Ours { get; } =
        new Dictionary<string, string> { ["Sec-Fetch-Site"] = "same-origin", [Security.PageHeader] = "1" };

    /// <summary>This server's origin.</summary>
    public string Own => host.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? cookie = null, IReadOnlyDictionary<string, string>? headers = null, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (method != HttpMethod.Get && method != HttpMethod.Delete)
            request.Content = JsonContent.Create(body ?? new { });
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        foreach (var (name, value) in headers ?? new Dictionary<string, string>())
            request.Headers.TryAddWithoutValidation(name, value.Replace("OWN", Own, StringComparison.Ordinal));
        return await _http.SendAsync(request);
    }

    /// <summary>The status alone.</summary>
    public async Task<int> StatusAsync(
        HttpMethod method, string path, string? cookie = null, IReadOnlyDictionary<string, string>? headers = null, object? body = null)
    {
        using var answer = await SendAsync(method, path, cookie, headers, body);
        return (int)answer.StatusCode;
    }

    /// <summary>Signs in and returns the cookie, as it is sent back.</summary>
    public async Task<string> SignInAsync(string key, string? cookie = null)
    {
        using var answer = await SendAsync(HttpMethod.Post, "/session", cookie, Ours, new { key });
        return CookieOf(answer) ?? throw new InvalidOperationException($"No session: {(int)answer.StatusCode}.");
    }

    public static string? CookieOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Single().Split(';')[0] : null;

    public void Dispose() => _http.Dispose();
}
