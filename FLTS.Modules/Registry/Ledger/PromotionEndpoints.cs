using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Registry.Ledger;

/// <summary><c>/promotions</c>, <c>/scoreboards</c> and <c>POST /promote</c>.</summary>
internal static class PromotionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithTags("Promotions");
        group.MapGet("/promotions", List)
            .WithName("ListPromotions")
            .WithSummary("Promotion attempts, newest first: outcome, reason, what was missing, every try.")
            .RequireRole(Roles.Read)
            .ProducesProblem(422).WithExample(LedgerExamples.Attempts);
        group.MapGet("/promotions/{attempt_id}", Get)
            .WithName("GetPromotion")
            .WithSummary("One promotion attempt.")
            .RequireRole(Roles.Read)
            .ProducesProblem(404).WithExample(LedgerExamples.Attempt);
        group.MapGet("/scoreboards/{id}", Scoreboard)
            .WithName("GetScoreboard")
            .WithSummary("The newest scoreboard of a config_hash or pipeline_id: candidates, references, champion on the same cells.")
            .RequireRole(Roles.Read)
            .ProducesProblem(404).WithShapes(answer: typeof(ScoreboardShape)).WithExample(LedgerExamples.Scoreboard);
        group.MapGet("/scoreboards/{id}/plots/error_by_lead.png", ErrorByLead)
            .WithName("PlotErrorByLead")
            .WithSummary("The rmse of every line of the newest scoreboard by lead.")
            .RequireRole(Roles.Read)
            .WithFile("image/png").ProducesProblem(404);
        if (!routes.Has<IPromotionCommands>())
            return;

        group.MapPost("/promote", Promote)
            .WithName("Promote")
            .WithSummary("Evaluates and promotes from what is stored, without training. "
                + "The header Idempotency-Key makes a repetition answer what the first one did.")
            .RequireRole(Roles.Promote)
            .Accepts<JsonElement>("application/json")
            .WithShapes(body: typeof(PromoteBody))
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(422).ProducesProblem(503)
            .WithRequestExample(new { config_hash = "e309764d", dry_run = true, reason = "after the maintenance" })
            .WithExample(new PromoteAnswer(LedgerExamples.Attempt, LedgerExamples.Scoreboard.DeepClone(), false));
    }

    private static async Task<Ok<Page<AttemptView>>> List(
        LedgerReader reader, ConfigHash? config_hash, Identifier? identifier, int? limit, string? cursor, CancellationToken cancellation) =>
        TypedResults.Ok(await reader.AttemptsAsync(config_hash, identifier, Cursor.Limit(limit), Cursor.Parse(cursor), cancellation));

    private static async Task<Ok<AttemptView>> Get(AttemptId attempt_id, LedgerReader reader, CancellationToken cancellation) =>
        TypedResults.Ok(await reader.AttemptAsync(attempt_id, cancellation));

    private static async Task<Ok<JsonNode>> Scoreboard(string id, LedgerReader reader, CancellationToken cancellation) =>
        TypedResults.Ok(await reader.ScoreboardAsync(id, cancellation));

    private static async Task<FileContentHttpResult> ErrorByLead(string id, LedgerReader reader, CancellationToken cancellation) =>
        TypedResults.File(
            ErrorByLeadPlot.Draw(await reader.ScoreboardAsync(id, cancellation))
                ?? throw new NotFoundException($"The scoreboard of '{id}' was not judged by lead: evaluate it again (POST /promote)."),
            "image/png");

    private static async Task<Ok<PromoteAnswer>> Promote(
        JsonElement body,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        IPromotionCommands commands,
        CancellationToken cancellation) =>
        TypedResults.Ok(await commands.PromoteAsync(body, idempotencyKey, cancellation));
}
