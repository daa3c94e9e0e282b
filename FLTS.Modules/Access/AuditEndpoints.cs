using System.ComponentModel;
using FLTS.Modules.Registry.Access;
using FLTS.Modules.Registry.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Access;

/// <summary><c>/audit</c>.</summary>
internal static class AuditEndpoints
{
    private static readonly AuditView _example = new(
        "0199a7b2c3d47e0f8a1b2c3d4e5f6071",
        new DateTimeOffset(2026, 3, 2, 9, 30, 0, TimeSpan.Zero),
        "0a1b2c3d4e5f",
        "collector of site 7",
        "key",
        "POST",
        "/champions/PobleSec/rollback")
    {
        Status = 200,
        Address = "192.0.2.7",
    };

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/audit", List)
        .WithTags("Access")
        .WithName("ListAudit")
        .WithSummary(
            "Calls that were to change something, newest first: who, what, what came of it. 'from' leaves out those before a time, 'actor' "
            + "those of other keys (by id or name). Appended rows are counted by key, dataset, answer and hour.")
        .RequireRole(Roles.Admin)
        .ProducesProblem(422)
        .WithExample(new Page<AuditView>([_example], null));

    private static async Task<Ok<Page<AuditView>>> List(
        AuditStore store,
        [Description("ISO 8601, such as 2026-03-02T09:30:00Z; without an offset UTC.")] DateTimeOffset? from,
        string? actor,
        int? limit,
        string? cursor,
        CancellationToken cancellation)
    {
        var page = await store.ListAsync(from, actor, Cursor.Limit(limit), Cursor.Parse(cursor), cancellation);
        return TypedResults.Ok(new Page<AuditView>([.. page.Items.Select(View)], page.Next));
    }

    private static AuditView View(AuditRow row) => new(row.AuditId, row.At, row.Actor, row.ActorName, row.Via, row.Method, row.Path)
    {
        Status = row.Status,
        Address = row.Address,
        Calls = row.Calls,
    };
}
