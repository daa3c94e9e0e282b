using System.Text.Json;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Pipeline;

/// <summary>Commands on what was started: cancel and rerun.</summary>
internal static class CommandEndpoints
{
    private static readonly CancelledRun _exampleRun = new(new("0199a7b2c3d4"), RunStatus.Cancelled, "/runs/0199a7b2c3d4");

    private static readonly CancelledPipeline _examplePipeline = new(new("9b1f0c2e"), PipelineStatus.Cancelled, [new("0199a7b2c3d4")], [new("0199a7b2c3d5")], "/pipelines/9b1f0c2e");

    private static readonly RerunRun _exampleRerunRun = new(new("0199a7c0aa01"), new("0199a7b2c3d4"), 1, new("9b1f0c2e"), "/runs/0199a7c0aa01");

    private static readonly RerunPipeline _exampleRerunPipeline = new(new("9b1f0c2e"), "train", 4, [new("0199a7c0aa01"), new("0199a7c0aa02")], "/pipelines/9b1f0c2e");

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/runs/{run_id}/cancel", CancelRun)
            .WithTags("Runs")
            .WithName("CancelRun")
            .WithSummary("Ends a run that is queued, running or waiting to be stored; a training stops within a second. Its pipelines end without it.")
            .RequireRole(Roles.Train)
            .ProducesProblem(404).ProducesProblem(409)
            .WithExample(_exampleRun, 202);
        routes.MapPost("/pipelines/{id}/cancel", CancelPipeline)
            .WithTags("Pipelines")
            .WithName("CancelPipeline")
            .WithSummary("Ends a pipeline and its unfinished runs, except those that another unfinished pipeline needs.")
            .RequireRole(Roles.Train)
            .ProducesProblem(404).ProducesProblem(409)
            .WithExample(_examplePipeline, 202);
        routes.MapPost("/runs/{run_id}/rerun", RerunRun)
            .WithTags("Runs")
            .WithName("RerunRun")
            .WithSummary("Trains an ended run again as its next generation; the newest pipeline that has it takes the new run and is evaluated again.")
            .RequireRole(Roles.Train)
            .ProducesProblem(404).ProducesProblem(409)
            .WithExample(_exampleRerunRun, 202);
        routes.MapPost("/pipelines/{id}/rerun", RerunPipeline)
            .WithTags("Pipelines")
            .WithName("RerunPipeline")
            .WithSummary("Runs an ended pipeline again from a stage on: preprocess, train (default) or evaluate, as if it were posted now.")
            .RequireRole(Roles.Train)
            .Accepts<JsonElement>(true, "application/json")
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(422)
            .WithRequestExample(new { stage = "train" })
            .WithExample(_exampleRerunPipeline, 202);
    }

    private static async Task<Accepted<CancelledRun>> CancelRun(RunId run_id, CancelService service, CancellationToken cancellation)
    {
        var answer = await service.CancelRunAsync(run_id, cancellation);
        return TypedResults.Accepted(answer.Location, answer);
    }

    private static async Task<Accepted<CancelledPipeline>> CancelPipeline(PipelineId id, CancelService service, CancellationToken cancellation)
    {
        var answer = await service.CancelPipelineAsync(id, cancellation);
        return TypedResults.Accepted(answer.Location, answer);
    }

    private static async Task<Accepted<RerunRun>> RerunRun(RunId run_id, RerunService service, CancellationToken cancellation)
    {
        var answer = await service.RerunRunAsync(run_id, cancellation);
        return TypedResults.Accepted(answer.Location, answer);
    }

    private static async Task<Accepted<RerunPipeline>> RerunPipeline(PipelineId id, JsonElement? body, RerunService service, CancellationToken cancellation)
    {
        var answer = await service.RerunPipelineAsync(id, Stage(body), cancellation);
        return TypedResults.Accepted(answer.Location, answer);
    }

    private static RerunStage Stage(JsonElement? body)
    {
        if (body is null or { ValueKind: JsonValueKind.Null })
            return RerunStage.Train;
        if (body is not { ValueKind: JsonValueKind.Object } given)
            throw new InvalidInputException("The body must be a JSON object such as {\"stage\": \"train\"}, or empty.");
        if (given.EnumerateObject().FirstOrDefault(p => p.Name != "stage") is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
            throw new InvalidInputException($"Unknown field '{unknown.Name}'; known is stage.");
        if (!given.TryGetProperty("stage", out var stage) || stage.ValueKind == JsonValueKind.Null)
            return RerunStage.Train;

        return stage.ValueKind == JsonValueKind.String && SnakeCaseEnum<RerunStage>.TryParse(stage.GetString()!) is { } known
            ? known
            : throw new InvalidInputException($"'stage' is {stage.GetRawText()}; it must be one of {string.Join(", ", SnakeCaseEnum<RerunStage>.Names)}.");
    }
}
