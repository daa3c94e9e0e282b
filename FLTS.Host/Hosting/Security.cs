using System.Net;

namespace FLTS.Host.Hosting;

/// <summary>
/// Who may do what. An endpoint says which role it needs; one that says nothing needs admin. Bound to loopback, read and predict are
/// open to who asks for it by a loopback name (a web page elsewhere whose own name was made to lead here is not let in); bound to any other
/// address, everything but healthz, readyz and their older names needs a key or a session (<see cref="Gatekeeper"/>).
/// </summary>
internal static class Security
{
    public const string Header = "X-Api-Key";

    /// <summary>What the page's script sends with its commands: a form or link of another page cannot.</summary>
    public const string PageHeader = "X-Flts-Page";

    /// <exception cref="InvalidInputException">The key that is set can be guessed.</exception>
    public static WebApplicationBuilder AddFltsSecurity(this WebApplicationBuilder builder, HostSettings settings)
    {
        var key = AdminKey.Load(builder.Configuration, settings);
        builder.Services.AddSingleton(key).AddSingleton<IAdminKey>(key).AddSingleton<AllowedActions>();
        return builder;
    }

    public static IApplicationBuilder UseFltsSecurity(this WebApplication app) =>
        app.Use(GuardAnswers).UseMiddleware<Gatekeeper>(new NearHosts(app));

    /// <summary>Whether the caller is known and may read: nobody else is told what this machine is connected with.</summary>
    public static bool IsKnown(HttpContext context) => Caller.Of(context)?.May(Roles.Read) == true;

    /// <summary>Addresses this server is bound to, once it runs.</summary>
    public static bool IsLoopbackOnly(WebApplication app) => app.Urls.Count > 0 && app.Urls.All(u => IsLoopback(u));

    public static bool IsLoopback(string url)
    {
        if (!Uri.TryCreate(
            url.Replace("+", "0.0.0.0", StringComparison.Ordinal).Replace("*", "0.0.0.0", StringComparison.Ordinal),
            UriKind.Absolute,
            out var uri))
            return false;

        return IsLoopbackName(uri.Host);
    }

    /// <summary>A browser takes an answer for what it says it is: text that somebody sent and gets back is no page or script.</summary>
    public static void NoSniffing(HttpResponse response) => response.Headers.XContentTypeOptions = "nosniff";

    /// <summary>
    /// The pages of the jobs and of the API reference are their makers': what a session may do there must not be clicked through a frame.
    /// Our own pages have a policy of their own.
    /// </summary>
    private static Task GuardAnswers(HttpContext context, RequestDelegate next)
    {
        NoSniffing(context.Response);
        if (Asked.IsTool(context))
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = "frame-ancestors 'none'; object-src 'none'";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "same-origin";
        }

        return next(context);
    }

    internal static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
