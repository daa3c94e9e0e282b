using System.Globalization;

namespace FLTS.Host.Hosting;

/// <summary>
/// Lets a request through or not: finds out who asks, whether the endpoint's role is held, and whose page it is that asks by a browser's
/// cookie or password; writes down what is to change something.
/// </summary>
internal sealed class Gatekeeper(
    RequestDelegate next, NearHosts near, KeyGuesses guesses, ICallers callers, IAudit audit, HostSettings settings)
{
    private const string SignIn = "/ui/sign-in";

    private readonly bool _hasPage = settings.Modules.Any(m => m.Name == "Page");

    public Task InvokeAsync(HttpContext context)
    {
        var asked = Asked.Of(context);
        var isOpen = asked.Role is null || (asked.Role is Roles.Read or Roles.Predict && near.Has(context.Request.Host));
        if (asked.Key is not null || callers.HasSession(context.Request))
            return KnownAsync(context, asked, isOpen);

        return MayNotBeAsked(context, asked) ? ForeignAsync(context)
            : isOpen ? next(context)
            : UnknownAsync(context, asked, null);
    }

    private async Task KnownAsync(HttpContext context, Asked asked, bool isOpen)
    {
        var from = context.Connection.RemoteIpAddress;
        if (asked.Key is not null && guesses.MustWait(from) is { } wait)
        {
            audit.Refused(KeyRefusals.Waiting, from);
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, "Too many wrong keys came from this address; wait.");
            return;
        }

        var who = await IdentifyAsync(context, asked, isOpen);
        if (asked.Key is not null && who == default)
        {
            guesses.Failed(from);
            audit.Refused(KeyRefusals.WrongKey, from);
        }

        if (asked.Key is null ? MayNotBeAsked(context, asked) || IsForged(context, who) : IsForeignForm(context))
            await ForeignAsync(context);
        else if (who.Caller is null && !isOpen)
            await UnknownAsync(context, asked, who.Ended);
        else if (who.Caller is { } caller && !isOpen && !caller.May(asked.Role!))
            await NotAllowedAsync(context, asked.Role!, caller);
        else
            await EnterAsync(context, asked, who.Caller);
    }

    /// <summary>What is open to all stays open while nobody can be looked up.</summary>
    private async ValueTask<Identity> IdentifyAsync(HttpContext context, Asked asked, bool isOpen)
    {
        try
        {
            return asked.Key is { } key
                ? await callers.OfKeyAsync(key, context.RequestAborted)
                : await callers.OfSessionAsync(context.Request, context.RequestAborted);
        }
        catch (UnavailableException away) when (isOpen)
        {
            return new Identity(null, away.ForStrangers);
        }
    }

    private async Task EnterAsync(HttpContext context, Asked asked, Caller? caller)
    {
        caller?.Enter(context);
        var kind = caller is null ? AuditKind.None : Asked.AuditOf(context);
        if (kind != AuditKind.None)
        {
            var (request, response) = (context.Request, context.Response);
            var call = new AuditedCall(
                caller!, asked.Via, context.Connection.RemoteIpAddress, request.Method, $"{request.Path}{request.QueryString}");
            var id = kind == AuditKind.Each ? await audit.BeginAsync(call, context.RequestAborted) : null;
            response.OnStarting(() =>
            {
                if (id is not null)
                    return audit.EndAsync(id, response.StatusCode);
                audit.Count(call with { Path = request.Path }, response.StatusCode);
                return Task.CompletedTask;
            });
        }

        await next(context);
    }

    /// <summary>Without a key, what changes something or is open to this machine alone is not done for the page of another site.</summary>
    private static bool MayNotBeAsked(HttpContext context, Asked asked) =>
        (asked.Role is not null || !Asked.IsReading(context)) && Origin.IsForeign(context.Request);

    /// <summary>
    /// A command that a browser's cookie gives: it counts from a page of this server alone, and with a header that only its script can
    /// send; the dashboard's script cannot.
    /// </summary>
    private static bool IsForged(HttpContext context, Identity who) =>
        who.Caller is not null && !Asked.IsReading(context)
        && !(Origin.IsSame(context.Request) && (Asked.IsDashboard(context) || context.Request.Headers.ContainsKey(Security.PageHeader)));

    private static bool IsForeignForm(HttpContext context) =>
        !Asked.IsReading(context) && Asked.IsDashboard(context) && !Origin.IsOwn(context.Request);

    private Task ForeignAsync(HttpContext context)
    {
        audit.Refused(KeyRefusals.Origin, context.Connection.RemoteIpAddress);
        return RefuseAsync(
            context,
            StatusCodes.Status403Forbidden,
            "The page of another site asks for this; it is not done. (A command by a session must come from a page of this server, with "
            + $"the header {Security.PageHeader}; a program sends its key in the header {Security.Header}.)");
    }

    private Task UnknownAsync(HttpContext context, Asked asked, string? ended)
    {
        if (ended is not null || asked.Key is null)
            audit.Refused(ended is null ? KeyRefusals.NoKey : KeyRefusals.Ended, context.Connection.RemoteIpAddress);
        var isForBrowsers = Asked.IsForBrowsers(context);
        if (isForBrowsers && _hasPage && Asked.IsReading(context)
            && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.Redirect($"{SignIn}?to={Uri.EscapeDataString($"{context.Request.Path}{context.Request.QueryString}")}");
            return Task.CompletedTask;
        }

        context.Response.Headers.WWWAuthenticate =
            isForBrowsers ? "Basic realm=\"FLTS: any name, a key as password\"" : Security.Header;
        return RefuseAsync(
            context,
            StatusCodes.Status401Unauthorized,
            ended ?? $"{context.Request.Method} {context.Request.Path} needs the role '{asked.Role}': send a key in the header "
                + $"{Security.Header}.");
    }

    private Task NotAllowedAsync(HttpContext context, string role, Caller caller)
    {
        audit.Refused(KeyRefusals.Role, context.Connection.RemoteIpAddress);
        return RefuseAsync(
            context,
            StatusCodes.Status403Forbidden,
            $"{context.Request.Method} {context.Request.Path} needs the role '{role}'; the key '{caller.Name}' has '{caller.Role}'.");
    }

    private static Task RefuseAsync(HttpContext context, int status, string detail) =>
        Results.Problem(statusCode: status, detail: Sentence.Of(detail)).ExecuteAsync(context);
}
