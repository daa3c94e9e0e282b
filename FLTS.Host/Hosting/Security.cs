using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FLTS.Modules.Contracts;
using Hangfire.Dashboard;

namespace FLTS.Host.Hosting;

/// <summary>
/// Who may do what. An endpoint says which role it needs; one that says nothing needs admin. Bound to loopback, read and predict are
/// open; bound to any other address, everything but healthz and readyz needs a key.
/// </summary>
internal static class Security
{
    public const string Header = "X-Api-Key";

    public static IApplicationBuilder UseFltsSecurity(this WebApplication app)
    {
        var key = app.Services.GetRequiredService<AdminKey>();
        return app.Use(async (context, next) =>
        {
            var role = RoleOf(context);
            var open = role is null || (role is Roles.Read or Roles.Predict && IsLoopbackOnly(app));
            if (!open && !key.Matches(context.Request.Headers[Header]) && !key.Matches(BasicPassword(context)))
            {
                context.Response.Headers.WWWAuthenticate = context.Request.Path.StartsWithSegments("/hangfire") ? "Basic realm=\"FLTS jobs: any name, the admin key as password\"" : Header;
                await Results.Problem(statusCode: StatusCodes.Status401Unauthorized, detail: $"{context.Request.Method} {context.Request.Path} needs the role '{role}': send a key in the header {Header}.").ExecuteAsync(context);
                return;
            }

            await next(context);
        });
    }

    /// <summary>Addresses this server is bound to, once it runs.</summary>
    public static bool IsLoopbackOnly(WebApplication app) => app.Urls.Count > 0 && app.Urls.All(u => IsLoopback(u));

    public static bool IsLoopback(string url)
    {
        if (!Uri.TryCreate(url.Replace("+", "0.0.0.0", StringComparison.Ordinal).Replace("*", "0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri))
            return false;

        return uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>Null: open to everybody.</summary>
    private static string? RoleOf(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/hangfire"))
            return Roles.Admin;

        var endpoint = context.GetEndpoint();
        if (endpoint is null)
            return null; // Nothing is there: the answer is 404 for everybody.

        var role = endpoint.Metadata.GetMetadata<RequiredRole>();
        return role is null ? Roles.Admin : role.Role == OpenToAll ? null : role.Role;
    }

    /// <summary>For healthz and readyz.</summary>
    public const string OpenToAll = "open";

    private static string? BasicPassword(HttpContext context)
    {
        if (!AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out var header) || header.Scheme != "Basic" || header.Parameter is null)
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

/// <summary>The middleware before it has asked for the key already.</summary>
internal sealed class DashboardIsGuarded : IDashboardAuthorizationFilter
{
    public bool Authorize(DashboardContext context) => true;
}
