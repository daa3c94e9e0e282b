using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Pipeline.Retention;

/// <summary><c>/retention</c>.</summary>
internal static class RetentionEndpoints
{
    private static readonly DateTimeOffset _exampleTime = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    private static readonly RetentionPlanView _example = new(
        true,
        [new RetentionTotal("run", 2, 81_920, 1, 40_960)],
        [
            new RetentionItem(
                "run",
                "0199a7b2c3d4",
                "PobleSec",
                40_960,
                "this GRU is neither in force nor one of the 3 versions to go back to, and 3 of 'PobleSec' are better or as good",
                _exampleTime)
            {
                MarkedAt = _exampleTime.AddMinutes(12),
                PruneAt = _exampleTime.AddMinutes(12).AddDays(7),
            },
        ],
        "639080550000000000.run/0199a7b2c3d4");

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/retention/plan", Plan)
        .WithTags("Retention")
        .WithName("GetRetentionPlan")
        .WithSummary("What would be pruned when, with bytes and reasons: always shown, carried out where Retention:Enabled is set.")
        .RequireRole(Roles.Read)
        .ProducesProblem(422)
        .WithExample(_example);

    private static async Task<Ok<RetentionPlanView>> Plan(
        RetentionPlanner planner, int? limit, string? cursor, CancellationToken cancellation) =>
        TypedResults.Ok(await planner.ViewAsync(Cursor.Limit(limit), Cursor.Parse(cursor), cancellation));
}
