using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace FLTS.Host.Hosting;

/// <summary>
/// Who may do what. An endpoint says which role it needs; one that says nothing needs admin. Bound to loopback, read and predict are
/// open to who asks for it by a loopback name (a web page elsewhere whose own name was made to lead here is not let in); bound to any other
/// address, everything but healthz, readyz and their older names needs a key.
/// </summary>
internal static class Security
{
    public const string Header = "X-Api-Key";

    /// <summary>For healthz, readyz and their older names.</summary>
    public const string OpenToAll = "open";

    /// <exception cref="InvalidInputException">The key that is set can be guessed.</exception>
    public static WebApplicationBuilder AddFltsSecurity(this WebApplicationBuilder builder, HostSettings settings)
    {
        builder.Services.AddSingleton(AdminKey.Load(builder.Configuration, settings)).AddSingleton<KeyGuesses>();
        return builder;
    }

    public static IApplicationBuilder UseFltsSecurity(this WebApplication app)
    {
        var key = app.Services.GetRequiredService<AdminKey>();
        var guesses = app.Services.GetRequiredService<KeyGuesses>();
        var near = new NearHosts(app);
        return app.Use((context, next) =>
        {
            var from = context.Connection.RemoteIpAddress;
            var given = GivenKey(context);
            if (given is not null && guesses.MustWait(from) is { } wait)
            {
                context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                return RefuseAsync(context, StatusCodes.Status429TooManyRequests, "Too many wrong keys came from this address; wait.");
            }

            var isAdmin = key.Matches(given);
            if (given is not null && !isAdmin)
                guesses.Failed(from);

            var role = RoleOf(context);
            if (!isAdmin && role is not null && !(role is Roles.Read or Roles.Predict && near.Has(context.Request.Host)))
            {
                context.Response.Headers.WWWAuthenticate = IsForBrowsers(context)
                    ? "Basic realm=\"FLTS: any name, the admin key as password\""
                    : Header;
                return RefuseAsync(
                    context,
                    StatusCodes.Status401Unauthorized,
                    $"{context.Request.Method} {context.Request.Path} needs the role '{role}': send a key in the header {Header}.");
            }

            if (!IsReading(context) && IsDashboard(context) && !Origin.IsOwn(context.Request))
            {
                return RefuseAsync(context, StatusCodes.Status403Forbidden, "The page of another site asks for this; it is not done.");
            }

            if (isAdmin)
                context.Items[typeof(Security)] = true;
            return next(context);
        });
    }

    /// <summary>Whether the caller has shown a key: nobody else is told what this machine is connected with.</summary>
    public static bool HasKey(HttpContext context) => context.Items[typeof(Security)] is true;

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

    internal static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static Task RefuseAsync(HttpContext context, int status, string detail) =>
        Results.Problem(statusCode: status, detail: Sentence.Of(detail)).ExecuteAsync(context);

    /// <summary>Null: none is sent, or not in a way that counts here.</summary>
    private static string? GivenKey(HttpContext context) =>
        context.Request.Headers[Header].ToString() is { Length: > 0 } key ? key : MayUseBasic(context) ? BasicPassword(context) : null;

    private static bool IsDashboard(HttpContext context) => context.Request.Path.StartsWithSegments(Dashboard.Path);

    private static bool IsReading(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);

    /// <summary>Null: open to everybody.</summary>
    private static string? RoleOf(HttpContext context)
    {
        if (IsDashboard(context))
            return Roles.Admin;

        // Nothing is there, or not for this method or content type: who may look around may be told so.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
            return Roles.Read;

        var role = endpoint.Metadata.GetMetadata<RequiredRole>();
        return role is null ? Roles.Admin : role.Role == OpenToAll ? null : role.Role;
    }

    /// <summary>Pages that people open in a browser, which asks them for name and password itself.</summary>
    private static bool IsForBrowsers(HttpContext context) =>
        IsDashboard(context)
        || context.Request.Path == "/"
        || context.Request.Path.StartsWithSegments("/ui")
        || context.Request.Path.StartsWithSegments("/scalar");

    /// <summary>
    /// A browser sends a password it knows with requests that other sites make too, so it opens what only reads, and the dashboard,
    /// whose forms count where they come from its own pages.
    /// </summary>
    private static bool MayUseBasic(HttpContext context) => IsReading(context) || IsDashboard(context);

    private static string? BasicPassword(HttpContext context)
    {
        if (!AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var header)
            || header.Scheme != "Basic"
            || header.Parameter is null)
            return null;

        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(header.Parameter)).Split(':', 2) is [_, var password] ? password : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
