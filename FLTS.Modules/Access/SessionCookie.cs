using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace FLTS.Modules.Access;

/// <summary>
/// The cookie that a session is known by. Browsers send the cookies of a host to all its ports: the name bears the port that the browser
/// knows, so that installations on one machine do not sign each other out. Under TLS the browser is told to keep others from setting it.
/// </summary>
internal static class SessionCookie
{
    private const string Plain = "flts_session";
    private const string UnderTls = "__Host-flts_session";

    /// <returns>Null: there is none that could be of a session.</returns>
    public static string? Of(HttpRequest request)
    {
        if (request.Headers.Cookie.Count == 0)
            return null;

        var secret = request.Cookies[Name(UnderTls, request)] ?? request.Cookies[Name(Plain, request)];
        return Secrets.IsOne(secret) ? secret : null;
    }

    public static void Set(HttpContext context, string secret, TimeSpan age) =>
        context.Response.Cookies.Append(NameFor(context.Request), secret, Options(context.Request, age));

    public static void Remove(HttpContext context)
    {
        foreach (var name in new[] { Name(UnderTls, context.Request), Name(Plain, context.Request) })
        {
            if (context.Request.Cookies.ContainsKey(name))
                context.Response.Cookies.Delete(name, Options(context.Request, null));
        }
    }

    private static CookieOptions Options(HttpRequest request, TimeSpan? age) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = IsUnderTls(request),
        Path = "/",
        MaxAge = age,
        IsEssential = true,
    };

    private static string NameFor(HttpRequest request) => Name(IsUnderTls(request) ? UnderTls : Plain, request);

    private static string Name(string name, HttpRequest request) =>
        request.Host.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{name}_{port}") : name;

    /// <summary>
    /// Behind a proxy that speaks TLS the browser says by its Origin what it speaks, and no header of a proxy is believed.
    /// </summary>
    private static bool IsUnderTls(HttpRequest request) =>
        request.IsHttps || request.Headers.Origin.ToString().StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
