using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Registry;

/// <summary>What the registry shows: runs, promotions, scoreboards, champions.</summary>
internal static partial class RegistryEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").RequireRole(Roles.Read);
        group.MapGet("/runs", Runs).WithTags("Runs").WithName("ListRuns").WithSummary("Trainings, newest first.")
            .ProducesProblem(422).WithExample(RegistryExamples.Runs);
        group.MapGet("/runs/{run_id}", Run).WithTags("Runs").WithName("GetRun").WithSummary("A training with its hyperparameters, metrics and artifacts.")
            .ProducesProblem(404).WithExample(RegistryExamples.Run);
        group.MapGet("/runs/{run_id}/metrics", Metrics).WithTags("Runs").WithName("GetRunMetrics").WithSummary("Losses and metrics by epoch; the evaluator's test metrics.")
            .ProducesProblem(404).WithExample(RegistryExamples.Metrics);
        group.MapGet("/runs/{run_id}/artifacts", Artifacts).WithTags("Runs").WithName("ListArtifacts").WithSummary("Files of a run with size and SHA-256.")
            .ProducesProblem(404).WithExample(RegistryExamples.Artifacts);
        group.MapGet("/runs/{run_id}/artifacts/{**path}", Artifact).WithTags("Runs").WithName("DownloadArtifact").WithSummary("One file of a run.")
            .Produces(200, contentType: "application/octet-stream").ProducesProblem(404).WithExample("(the file's bytes)");
        group.MapGet("/promotions", Promotions).WithTags("Promotions").WithName("ListPromotions").WithSummary("Promotion attempts, newest first: outcome, reason, what was missing, every try.")
            .ProducesProblem(422).WithExample(RegistryExamples.Attempts);
        group.MapGet("/promotions/{attempt_id}", Promotion).WithTags("Promotions").WithName("GetPromotion").WithSummary("One promotion attempt.")
            .ProducesProblem(404).WithExample(RegistryExamples.Attempt);
        group.MapGet("/scoreboards/{id}", Scoreboard).WithTags("Promotions").WithName("GetScoreboard").WithSummary("The newest scoreboard of a config_hash or pipeline_id: candidates, references, champion on the same cells.")
            .ProducesProblem(404).WithExample(RegistryExamples.Scoreboard);
        group.MapGet("/champions", Champions).WithTags("Promotions").WithName("ListChampions").WithSummary("The model in force of every identifier, with history.")
            .ProducesProblem(422).WithExample(new Page<ChampionsView>([RegistryExamples.Champion], null));
        group.MapGet("/champions/{identifier}", Champion).WithTags("Promotions").WithName("GetChampion").WithSummary("The model in force now, or at as_of.")
            .ProducesProblem(404).ProducesProblem(422).WithExample(RegistryExamples.Champion);
    }

    private static async Task<Ok<Page<RunView>>> Runs(
        RegistryReader reader, PipelineId? pipeline_id, ConfigHash? config_hash, Identifier? identifier, string? model_type, string? status, int? limit, string? cursor, CancellationToken cancellation)
    {
        RunStatus? wanted = null;
        if (status is not null)
            wanted = SnakeCaseEnum<RunStatus>.TryParse(status) ?? throw new InvalidInputException($"'status' is '{status}'; it must be one of {string.Join(", ", SnakeCaseEnum<RunStatus>.Names)}.");

        return TypedResults.Ok(await reader.RunsAsync(new RunFilter(pipeline_id, config_hash, identifier, model_type, wanted), Cursor.Limit(limit), Cursor.Parse(cursor), cancellation));
    }

    private static async Task<Ok<RunView>> Run(RunId run_id, RegistryReader reader, CancellationToken cancellation) =>
        TypedResults.Ok(RunView.Of(await reader.RunAsync(run_id, cancellation), withArtifacts: true));

    private static async Task<Ok<RunMetricsView>> Metrics(RunId run_id, RegistryReader reader, CancellationToken cancellation) =>
        TypedResults.Ok(await reader.MetricsAsync(run_id, cancellation));

    private static async Task<Ok<Page<ArtifactView>>> Artifacts(RunId run_id, RegistryReader reader, CancellationToken cancellation) =>
        TypedResults.Ok(new Page<ArtifactView>(RunView.Of(await reader.RunAsync(run_id, cancellation), withArtifacts: true).Artifacts!, null));

    /// <summary>Only what the run lists can be read: a path is looked up, never followed.</summary>
    private static async Task<FileStreamHttpResult> Artifact(RunId run_id, string path, RegistryReader reader, IObjectStore store, CancellationToken cancellation)
    {
        var run = await reader.RunAsync(run_id, cancellation);
        if (run.Artifacts.All(a => a.Path != path) && !(path == "manifest.json" && run.ManifestSha256 is not null))
            throw new NotFoundException($"Run {run_id} has no artifact '{path}'. GET /runs/{run_id}/artifacts lists them.");

        var stream = await store.OpenReadAsync(ObjectKeys.Artifact(run_id, run.Attempt, path), cancellation);
        return TypedResults.Stream(stream, ContentType(path), Path.GetFileName(path));
    }

    private static async Task<Ok<Page<AttemptView>>> Promotions(RegistryReader reader, ConfigHash? config_hash, Identifier? identifier, int? limit, string? cursor, CancellationToken cancellation) =>
        TypedResults.Ok(await reader.AttemptsAsync(config_hash, identifier, Cursor.Limit(limit), Cursor.Parse(cursor), cancellation));

    private static async Task<Ok<AttemptView>> Promotion(AttemptId attempt_id, RegistryReader reader, CancellationToken cancellation) =>
        TypedResults.Ok(await reader.AttemptAsync(attempt_id, cancellation));

    private static async Task<Ok<JsonNode>> Scoreboard(string id, RegistryReader reader, CancellationToken cancellation) =>
        TypedResults.Ok(await reader.ScoreboardAsync(id, cancellation));

    private static async Task<Ok<Page<ChampionsView>>> Champions(RegistryReader reader, int? limit, string? cursor, CancellationToken cancellation) =>
        TypedResults.Ok(await reader.ChampionsAsync(Cursor.Limit(limit), cursor, cancellation));

    private static async Task<Ok<ChampionsView>> Champion(Identifier identifier, string? as_of, RegistryReader reader, CancellationToken cancellation)
    {
        return TypedResults.Ok(await reader.ChampionAsync(identifier, as_of is null ? null : Moment(as_of), cancellation));
    }

    /// <summary>A time without a zone is UTC.</summary>
    /// <exception cref="InvalidInputException">No ISO 8601 time.</exception>
    internal static DateTimeOffset Moment(string text) =>
        Iso8601().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at
            : throw new InvalidInputException($"'as_of' is '{text}'; it must be an ISO 8601 time such as 2026-03-02T09:30:00Z.");

    [GeneratedRegex("""^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})?)?$""")]
    private static partial Regex Iso8601();

    private static string ContentType(string path) => Path.GetExtension(path) switch
    {
        ".json" => "application/json",
        ".png" => "image/png",
        _ => "application/octet-stream",
    };
}
