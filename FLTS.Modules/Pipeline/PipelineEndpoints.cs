using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Modules.Pipeline.Bodies;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Pipeline;

/// <summary><c>/pipelines</c>.</summary>
internal static class PipelineEndpoints
{
    private static readonly DateTimeOffset _exampleTime = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    private static readonly StartedPipeline _exampleStarted =
        new(new("9b1f0c2e"), new("e309764d"), new("PobleSec"), 3, "/pipelines/9b1f0c2e");

    private static readonly CancelledPipeline _exampleCancelled =
        new(new("9b1f0c2e"), PipelineStatus.Cancelled, [new("0199a7b2c3d4")], [new("0199a7b2c3d5")], "/pipelines/9b1f0c2e");

    private static readonly RerunPipeline _exampleRerun =
        new(new("9b1f0c2e"), "train", 4, [new("0199a7c0aa01"), new("0199a7c0aa02")], "/pipelines/9b1f0c2e");

    private static readonly PipelineView _exampleView = new(
        new("9b1f0c2e"),
        new("e309764d"),
        new("PobleSec"),
        new("PobleSec"),
        3,
        PipelineStatus.Training,
        null,
        [
            new StageView("preprocess", "done", _exampleTime, _exampleTime.AddSeconds(1)),
            new StageView("train", "running", _exampleTime.AddSeconds(1), null),
            new StageView("evaluate", "waiting", null, null),
        ],
        [new RunSummary(new("0199a7b2c3d4"), "GRU", RunStatus.Running, 4, 10, 14.2, 0.0041, 0.0043, null)],
        null,
        [],
        null,
        _exampleTime,
        null)
    {
        AllowedActions = ["cancel"],
    };

    /// <summary>Types of models are written as they are called.</summary>
    private static readonly JsonObject _exampleRequest = new()
    {
        ["dataset"] = "demo",
        ["sample_train_rows"] = 0,
        ["training"] = new JsonObject { ["LSTM"] = new JsonObject { ["epochs"] = 20 } },
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/pipelines").WithTags("Pipelines");
        group.MapPost("/", Start)
            .WithName("StartPipeline")
            .WithSummary("Starts a pipeline: preprocess, train, evaluate, promote. "
                + "The same request again answers the same pipeline and trains nothing twice.")
            .RequireRole(Roles.Train)
            .Accepts<JsonElement>("application/json")
            .WithShapes(body: typeof(PipelineBody))
            .ProducesProblem(404).ProducesProblem(422).ProducesProblem(429)
            .WithRequestExample(_exampleRequest)
            .WithExample(_exampleStarted, 202);
        group.MapGet("/", List)
            .WithName("ListPipelines")
            .WithSummary("Pipelines, newest first.")
            .RequireRole(Roles.Read)
            .ProducesProblem(422)
            .WithExample(new Page<PipelineView>([_exampleView], null));
        group.MapGet("/{id}", Get)
            .WithName("GetPipeline")
            .WithSummary("A pipeline by its id, or the newest of a config_hash: "
                + "status, stages, runs with epochs and ETA, what it waits for.")
            .RequireRole(Roles.Read)
            .ProducesProblem(404)
            .WithExample(_exampleView);
        group.MapPost("/{id}/cancel", Cancel)
            .WithName("CancelPipeline")
            .WithSummary("Ends a pipeline and its unfinished runs, except those that another unfinished pipeline needs.")
            .RequireRole(Roles.Train)
            .ProducesProblem(404).ProducesProblem(409)
            .WithExample(_exampleCancelled, 202);
        group.MapPost("/{id}/rerun", Rerun)
            .WithName("RerunPipeline")
            .WithSummary("Runs an ended pipeline again from a stage on: preprocess, train (default) or evaluate, as if it were posted now.")
            .RequireRole(Roles.Train)
            .Accepts<JsonElement>(true, "application/json")
            .WithShapes(body: typeof(RerunBody))
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(422)
            .WithRequestExample(new { stage = "train" })
            .WithExample(_exampleRerun, 202);
    }

    private static async Task<Accepted<StartedPipeline>> Start(JsonElement body, PipelineService service, CancellationToken cancellation)
    {
        var started = await service.StartAsync(PipelineRequest.Parse(body), cancellation);
        return TypedResults.Accepted(started.Location, started);
    }

    private static async Task<Ok<Page<PipelineView>>> List(
        [AsParameters] PipelineQuery query,
        PipelineReader reader,
        AllowedActions actions,
        HttpContext context,
        CancellationToken cancellation)
    {
        var page = await reader.ListAsync(
            query.Identifier, Cursor.Limit(query.Limit), Cursor.Parse(query.Cursor), cancellation, PipelineQuery.StatusOf(query.Status));
        return TypedResults.Ok(page with { Items = actions.ForAll(page.Items, context) });
    }

    private static async Task<Ok<PipelineView>> Get(
        string id, PipelineReader reader, AllowedActions actions, HttpContext context, CancellationToken cancellation) =>
        TypedResults.Ok(actions.For(await reader.FindAsync(id, cancellation), context));

    private static async Task<Accepted<CancelledPipeline>> Cancel(PipelineId id, CancelService service, CancellationToken cancellation)
    {
        var answer = await service.CancelPipelineAsync(id, cancellation);
        return TypedResults.Accepted(answer.Location, answer);
    }

    private static async Task<Accepted<RerunPipeline>> Rerun(
        PipelineId id, JsonElement? body, RerunService service, CancellationToken cancellation)
    {
        var answer = await service.RerunPipelineAsync(id, RerunRequest.Stage(body), cancellation);
        return TypedResults.Accepted(answer.Location, answer);
    }
}
