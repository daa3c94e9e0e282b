using System.Net.Http.Headers;
using System.Text;

namespace FLTS.Host.Hosting;

/// <summary>What a request asks for, and with what key.</summary>
/// <param name="Role">That it needs; null: it is open to everybody.</param>
/// <param name="Key">That it shows; null: none, or not in a way that counts here.</param>
/// <param name="Via">How it shows it, as the audit says.</param>
internal readonly record struct Asked(string? Role, string? Key, string Via)
{
    public static Asked Of(HttpContext context)
    {
        var role = RoleOf(context);
        if (context.Request.Headers[Security.Header].ToString() is { Length: > 0 } key)
            return new Asked(role, key, "key");

        return MayUseBasic(context) && BasicPassword(context) is { } password
            ? new Asked(role, password, "password")
            : new Asked(role, null, "session");
    }

    public static bool IsDashboard(HttpContext context) => context.Request.Path.StartsWithSegments(Dashboard.Path);

    public static bool IsReading(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);

    /// <summary>Pages that are not ours: of the jobs, and of the API reference.</summary>
    public static bool IsTool(HttpContext context) => IsDashboard(context) || context.Request.Path.StartsWithSegments("/scalar");

    /// <summary>Pages that people open in a browser.</summary>
    public static bool IsForBrowsers(HttpContext context) =>
        IsTool(context) || context.Request.Path == "/" || context.Request.Path.StartsWithSegments("/ui");

    /// <summary>How a call is audited: what only reads or forecasts is not, the dashboard's looking at its numbers neither.</summary>
    public static AuditKind AuditOf(HttpContext context)
    {
        if (IsReading(context))
            return AuditKind.None;
        if (IsDashboard(context))
            return context.Request.Path.StartsWithSegments($"{Dashboard.Path}/stats") ? AuditKind.None : AuditKind.Each;

        return context.GetEndpoint() is not RouteEndpoint { Metadata: var metadata } ? AuditKind.None
            : metadata.GetMetadata<Audited>() is { } audited ? audited.Kind
            : metadata.GetMetadata<RequiredRole>()?.Role is Roles.Read or Roles.Predict ? AuditKind.None
            : AuditKind.Each;
    }

    private static string? RoleOf(HttpContext context)
    {
        if (IsDashboard(context))
            return Roles.Admin;

        // Nothing is there, or not for this method or content type: who may look around may be told so.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
            return Roles.Read;

        var role = endpoint.Metadata.GetMetadata<RequiredRole>();
        return role is null ? Roles.Admin : role.Role == Roles.Open ? null : role.Role;
    }

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
