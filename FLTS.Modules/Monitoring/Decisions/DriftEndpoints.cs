using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Monitoring.Decisions;

/// <summary><c>/drift</c>.</summary>
internal static class DriftEndpoints
{
    private static readonly DateTimeOffset _time = new(2026, 3, 2, 9, 2, 11, TimeSpan.Zero);

    private static readonly DriftEventView _example = new(
        "5c1e0f77",
        new("PobleSec"),
        new("0199a7b2c3d4"),
        DriftKind.Drift,
        new DateTime(2026, 3, 2, 8, 0, 0),
        12.4,
        "Up to 2026-03-02T08:00:00 the champion's errors were worse beside EWMA's than they usually are, by 12.4 deviations in all; 12 "
        + "are drift.",
        DriftAction.Retrain,
        _time,
        _time,
        new PipelineId("e309764d"),
        null,
        null);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGroup("/drift").WithTags("Monitoring")
        .MapGet("", List)
        .WithName("ListDriftEvents")
        .WithSummary(
            "What was noticed of stations by their live errors and rows, newest first: drift, intervals that hold no more, a stale feed, "
            + "enough new rows, a version before that is better; and what was done about it.")
        .RequireRole(Roles.Read)
        .ProducesProblem(422)
        .WithExample(new Page<DriftEventView>([_example], null));

    private static async Task<Ok<Page<DriftEventView>>> List(
        DriftEvents events, Identifier? identifier, int? limit, string? cursor, CancellationToken cancellation) =>
        TypedResults.Ok(await events.ListAsync(identifier, Cursor.Limit(limit), Cursor.Parse(cursor), cancellation));
}
