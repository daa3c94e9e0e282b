using System.Text.Json;
using FLTS.Modules.Registry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Evaluation;

/// <summary><c>POST /promote</c> and rollback.</summary>
internal static class EvaluationEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/promote", PromoteAsync)
            .WithName("Promote")
            .WithTags("Promotions")
            .WithSummary("Evaluates and promotes from what is stored, without training. The header Idempotency-Key makes a repetition answer what the first one did.")
            .RequireRole(Roles.Promote)
            .Accepts<JsonElement>("application/json")
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(422).ProducesProblem(503)
            .WithRequestExample(new { config_hash = "e309764d", dry_run = true, reason = "after the maintenance" })
            .WithExample(new PromoteAnswer(RegistryExamples.Attempt, RegistryExamples.Scoreboard.DeepClone(), false));
        routes.MapPost("/champions/{identifier}/rollback", RollBackAsync)
            .WithName("RollBack")
            .WithTags("Promotions")
            .WithSummary("Puts an earlier champion in force again as a new version: the newest that was not itself rolled back, or the one named.")
            .RequireRole(Roles.Promote)
            .Accepts<JsonElement>(isOptional: true, "application/json")
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(422).ProducesProblem(503)
            .WithRequestExample(new { to_version = 1, reason = "forecasts too high" })
            .WithExample(RegistryExamples.Champion.History[0]);
    }

    private static async Task<Ok<PromoteAnswer>> PromoteAsync(
        JsonElement body, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, PromoteService service, CancellationToken cancellation) =>
        TypedResults.Ok(await service.PromoteAsync(PromoteRequest.Parse(body), idempotencyKey, cancellation));

    private static async Task<Ok<ChampionView>> RollBackAsync(Identifier identifier, JsonElement? body, RollbackService service, CancellationToken cancellation) =>
        TypedResults.Ok(await service.RollBackAsync(identifier, RollbackRequest.Parse(body), cancellation));
}
