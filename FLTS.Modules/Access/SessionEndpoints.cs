using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Access;

/// <summary><c>/session</c>: a key to a cookie and back.</summary>
internal static class SessionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/session").WithTags("Access").RequireRole(Roles.Open);
        group.MapPost("", Open)
            .WithName("OpenSession")
            .WithSummary(
                "Signs a browser in, by a 'key' or by the 'token' of a link: the answer sets a cookie that only this server reads. It ends "
                + "with its key, after 12 hours without use, and after 7 days.")
            .WithAudit(AuditKind.None) // Of whom, is known behind it: written down here.
            .ProducesProblem(401).ProducesProblem(403).ProducesProblem(422).ProducesProblem(429)
            .WithRequestExample(new SessionRequest("flts_0a1b2c3d4e5f_" + new string('0', 48), null));
        group.MapDelete("", Close)
            .WithName("CloseSession")
            .WithSummary("Signs out: the session of the cookie ends.")
            .ProducesProblem(403);
        group.MapGet("", Get)
            .WithName("GetSession")
            .WithSummary("Who asks: by what key, what it may do, and when its session ends.")
            .WithExample(new SessionView(
                "collector of site 7",
                Roles.Train,
                new DateTimeOffset(2026, 3, 9, 9, 30, 0, TimeSpan.Zero),
                [Roles.Read, Roles.Predict, Roles.Train]));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Open(
        SessionRequest body, HttpContext context, SessionService sessions, KeyGuesses guesses, IAudit audit,
        CancellationToken cancellation)
    {
        if (body.Key is null == body.Token is null)
            throw new InvalidInputException("Send either 'key' or 'token'.");

        var from = context.Connection.RemoteIpAddress;
        if (guesses.MustWait(from) is { } wait)
        {
            audit.Refused(KeyRefusals.Waiting, from);
            throw new TooManyException("Too many wrong keys came from this address; wait.", (int)Math.Ceiling(wait.TotalSeconds));
        }

        var (session, ended) = body.Key is { } key
            ? await sessions.OpenByKeyAsync(key, cancellation)
            : (await sessions.OpenByLinkAsync(body.Token!, cancellation), null);
        if (session is null)
        {
            if (ended is null)
                guesses.Failed(from);
            audit.Refused(ended is null ? KeyRefusals.WrongKey : KeyRefusals.Ended, from);
            return TypedResults.Problem(
                ended ?? (body.Key is null
                    ? "This link was used, or its two minutes are over: './flts key link' makes another."
                    : "This is no key of this server."),
                statusCode: StatusCodes.Status401Unauthorized);
        }

        // Whatever cookie came along, somebody else may have set: it is not the one of this session, and its own ends.
        if (SessionCookie.Of(context.Request) is { } before)
            await sessions.EndAsync(before, cancellation);

        var call = new AuditedCall(session.Caller, body.Key is null ? "link" : "key", from, context.Request.Method, context.Request.Path);
        await audit.EndAsync(await audit.BeginAsync(call, cancellation), StatusCodes.Status204NoContent);
        SessionCookie.Set(context, session.Secret, session.Age);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> Close(HttpContext context, SessionService sessions, CancellationToken cancellation)
    {
        if (SessionCookie.Of(context.Request) is { } secret)
            await sessions.EndAsync(secret, cancellation);
        SessionCookie.Remove(context);
        return TypedResults.NoContent();
    }

    private static Ok<SessionView> Get(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        var caller = Caller.Of(context);
        return TypedResults.Ok(new SessionView(
            caller?.Name, caller?.Role, caller?.SessionEndsAt, [.. Roles.All.Where(r => caller?.May(r) == true)]));
    }
}
