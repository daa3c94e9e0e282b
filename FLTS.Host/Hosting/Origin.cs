using Microsoft.Net.Http.Headers;

namespace FLTS.Host.Hosting;

/// <summary>
/// Whose page asks. A browser sends the password that it knows with the forms of any page, but says truly whose page it is; what says
/// nothing is no browser.
/// </summary>
internal static class Origin
{
    private const string FetchSite = "Sec-Fetch-Site";

    /// <summary>False where a browser says that another site's page sends this.</summary>
    public static bool IsOwn(HttpRequest request)
    {
        if (request.Headers[FetchSite].ToString() is { Length: > 0 } site)
            return site is "same-origin" or "none";
        if (request.Headers[HeaderNames.Origin].ToString() is { Length: > 0 } origin)
            return IsHere(origin, request);

        return request.Headers[HeaderNames.Referer].ToString() is not { Length: > 0 } referer || IsHere(referer, request);
    }

    /// <summary>True where a browser says that a page of this very server sends this; other ports are others.</summary>
    public static bool IsSame(HttpRequest request) =>
        request.Headers[FetchSite].ToString() is { Length: > 0 } site
            ? site == "same-origin"
            : request.Headers[HeaderNames.Origin].ToString() is { Length: > 0 } origin && IsHere(origin, request);

    /// <summary>
    /// True where a browser says that the script or form of another page sends this; a link that is followed says nothing.
    /// </summary>
    public static bool IsForeign(HttpRequest request) =>
        request.Headers[HeaderNames.Origin].ToString() is { Length: > 0 } && !IsSame(request);

    // Behind a proxy that speaks TLS the scheme is another one here; host and port are what the browser was told.
    private static bool IsHere(string url, HttpRequest request) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)
            || $"{uri.Host}:{uri.Port}".Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
}
