using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Access;

/// <summary><c>/keys</c>.</summary>
internal static class KeyEndpoints
{
    private static readonly DateTimeOffset _exampleTime = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    private static readonly KeyView _example = new("0a1b2c3d4e5f", "collector of site 7", Roles.Train, "valid", _exampleTime, "admin")
    {
        ExpiresAt = _exampleTime.AddDays(90),
        UsedAt = _exampleTime.AddHours(2),
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/keys").WithTags("Access").RequireRole(Roles.Admin);
        group.MapGet("", List)
            .WithName("ListKeys")
            .WithSummary("API keys, newest first, with those that have ended; the keys themselves are nowhere.")
            .ProducesProblem(422)
            .WithExample(new Page<KeyView>([_example], null));
        group.MapPost("", Create)
            .WithName("CreateKey")
            .WithSummary(
                "Makes a key. 'role' is read, predict, train, promote or admin, or several with commas between them; 'expires' a time. "
                + "The key is in this answer and nowhere else.")
            .ProducesProblem(409).ProducesProblem(422)
            .WithRequestExample(new KeyRequest(Roles.Train, "collector of site 7", _exampleTime.AddYears(10)))
            .WithExample(
                new NewKeyView(
                    _example.Id, _example.Name, _example.Role, $"flts_{_example.Id}_{new string('0', 48)}", _exampleTime,
                    _example.ExpiresAt),
                201);
        group.MapPost("/link", Link)
            .WithName("CreateLink")
            .WithSummary("A link that signs a browser in once, within two minutes, as the key that asks for it.")
            .WithExample(new LinkView(new string('0', 64), "/ui/sign-in#" + new string('0', 64), _exampleTime.AddMinutes(2)), 201);
        group.MapDelete("/{id}", Revoke)
            .WithName("RevokeKey")
            .WithSummary("Takes a key back: it and its sessions count no more, here at once and in other processes within two seconds.")
            .ProducesProblem(404);
    }

    private static async Task<Ok<Page<KeyView>>> List(
        KeyService service, int? limit, string? cursor, CancellationToken cancellation) =>
        TypedResults.Ok(await service.ListAsync(Cursor.Limit(limit), Cursor.Parse(cursor), cancellation));

    private static async Task<Created<NewKeyView>> Create(
        KeyRequest body, KeyService service, HttpContext context, CancellationToken cancellation)
    {
        var made = await service.CreateAsync(body, Caller.Of(context)!, cancellation);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"/keys/{made.Id}", made);
    }

    private static async Task<Created<LinkView>> Link(SessionService sessions, HttpContext context, CancellationToken cancellation)
    {
        var (token, endsAt) = await sessions.LinkAsync(Caller.Of(context)!, cancellation);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created((string?)null, new LinkView(token, $"/ui/sign-in#{token}", endsAt));
    }

    private static async Task<NoContent> Revoke(string id, KeyService service, HttpContext context, CancellationToken cancellation)
    {
        await service.RevokeAsync(id, Caller.Of(context)!, cancellation);
        return TypedResults.NoContent();
    }
}
