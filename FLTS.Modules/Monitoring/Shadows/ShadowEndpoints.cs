using System.Text.Json;
using FLTS.Forecasting.Json;
using FLTS.Modules.Registry.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Monitoring.Shadows;

/// <summary><c>/runs/{run_id}/shadow</c>.</summary>
internal static class ShadowEndpoints
{
    private static readonly ShadowView _example = new(
        new("PobleSec"),
        new("0199a7b2c3d4"),
        "LSTM",
        new("0199a7b2c3d3"),
        new DateTimeOffset(2026, 3, 2, 9, 30, 0, TimeSpan.Zero),
        null,
        "/live/PobleSec");

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/runs/{run_id}/shadow").WithTags("Runs");
        group.MapPost("", Put)
            .WithName("StartShadow")
            .WithSummary(
                "Scores a run that succeeded live beside its station's champion, until it is promoted or DELETE ends it; a station has "
                + "one. With dry_run it is only said whether that can be. A 'reason' in the address is kept in the audit.")
            .RequireRole(Roles.Promote)
            .Accepts<JsonElement>(isOptional: true, "application/json")
            .WithShapes(body: typeof(ShadowBody))
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(422)
            .WithRequestExample(new { dry_run = true })
            .WithExample(_example, 202);
        group.MapDelete("", End)
            .WithName("EndShadow")
            .WithSummary(
                "The run is scored beside the champion no more; what was scored stays. With dry_run=true it is only said whether it stands "
                + "there. A 'reason' in the address is kept in the audit.")
            .RequireRole(Roles.Promote)
            .ProducesProblem(404).ProducesProblem(422)
            .WithExample(_example with { Until = _example.Since!.Value.AddDays(8) }, 202);
    }

    private static async Task<Accepted<ShadowView>> Put(
        RunId run_id, JsonElement? body, string? reason, ShadowRuns shadows, CancellationToken cancellation)
    {
        StatedReason.Check(reason);
        var isGiven = body is { ValueKind: not JsonValueKind.Undefined };
        var dryRun = isGiven && (StrictJson.Body(body!.Value).AllowOnly("dry_run").Flag("dry_run") ?? false);
        var view = await shadows.PutAsync(run_id, dryRun, cancellation);
        return TypedResults.Accepted(view.Location, view);
    }

    private static async Task<Accepted<ShadowView>> End(
        RunId run_id, string? reason, bool? dry_run, ShadowRuns shadows, CancellationToken cancellation)
    {
        StatedReason.Check(reason);
        var view = await shadows.EndAsync(run_id, dry_run == true, cancellation);
        return TypedResults.Accepted(view.Location, view);
    }
}
