using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Registry.Ledger;

/// <summary><c>/champions</c>.</summary>
internal static partial class ChampionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/champions").WithTags("Promotions");
        group.MapGet("", List)
            .WithName("ListChampions")
            .WithSummary("The model in force of every identifier, with history.")
            .RequireRole(Roles.Read)
            .ProducesProblem(422).WithExample(new Page<ChampionsView>([LedgerExamples.Champion], null));
        group.MapGet("/{identifier}", Get)
            .WithName("GetChampion")
            .WithSummary("The model in force now, or at as_of.")
            .RequireRole(Roles.Read)
            .ProducesProblem(404).ProducesProblem(422).WithExample(LedgerExamples.Champion);
        if (!routes.Has<IPromotionCommands>())
            return;

        group.MapPost("/{identifier}/rollback", RollBack)
            .WithName("RollBackChampion")
            .WithSummary("Puts an earlier champion in force again as a new version: "
                + "the newest that was not itself rolled back, or the one named. dry_run loads and verifies it and stores nothing.")
            .RequireRole(Roles.Promote)
            .Accepts<JsonElement>(isOptional: true, "application/json")
            .WithShapes(body: typeof(RollbackBody))
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(422).ProducesProblem(503)
            .WithRequestExample(new { to_version = 1, reason = "forecasts too high", dry_run = true })
            .WithExample(LedgerExamples.Champion.History[0]);
    }

    private static async Task<Ok<Page<ChampionsView>>> List(
        LedgerReader reader, AllowedActions actions, HttpContext context, int? limit, string? cursor, CancellationToken cancellation)
    {
        var page = await reader.ChampionsAsync(Cursor.Limit(limit), cursor, cancellation);
        return TypedResults.Ok(page with { Items = actions.ForAll(page.Items, context) });
    }

    private static async Task<Ok<ChampionsView>> Get(
        Identifier identifier,
        [Description("ISO 8601, such as 2026-03-02T09:30:00Z; without an offset UTC. Default: now.")] string? as_of,
        LedgerReader reader,
        AllowedActions actions,
        HttpContext context,
        CancellationToken cancellation) =>
        TypedResults.Ok(actions.For(
            await reader.ChampionAsync(identifier, as_of is null ? null : Moment(as_of), cancellation), context));

    private static async Task<Ok<ChampionView>> RollBack(
        Identifier identifier, JsonElement? body, IPromotionCommands commands, CancellationToken cancellation) =>
        TypedResults.Ok(await commands.RollBackAsync(identifier, body, cancellation));

    /// <summary>A time without a zone is UTC.</summary>
    /// <exception cref="InvalidInputException">No ISO 8601 time.</exception>
    internal static DateTimeOffset Moment(string text) =>
        Iso8601().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : throw new InvalidInputException($"'as_of' is '{text}'; it must be an ISO 8601 time such as 2026-03-02T09:30:00Z.");

    [GeneratedRegex("""^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})?)?$""")]
    private static partial Regex Iso8601();
}
