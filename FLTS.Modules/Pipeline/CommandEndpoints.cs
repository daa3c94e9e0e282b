using FLTS.Modules.Contracts;
using FLTS.Modules.Registry.Entities;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Pipeline;

/// <summary>Commands on what was started: cancel.</summary>
internal static class CommandEndpoints
{
    private static readonly CancelledRun _exampleRun = new("0199a7b2c3d4", RunStatus.Cancelled, "/runs/0199a7b2c3d4");

    private static readonly CancelledPipeline _examplePipeline = new("9b1f0c2e", PipelineStatus.Cancelled, ["0199a7b2c3d4"], ["0199a7b2c3d5"], "/pipelines/9b1f0c2e");

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
    }

    private static async Task<Accepted<CancelledRun>> CancelRun(string run_id, CancelService service, CancellationToken cancellation)
    {
        var answer = await service.CancelRunAsync(run_id, cancellation);
        return TypedResults.Accepted(answer.Location, answer);
    }

    private static async Task<Accepted<CancelledPipeline>> CancelPipeline(string id, CancelService service, CancellationToken cancellation)
    {
        var answer = await service.CancelPipelineAsync(id, cancellation);
        return TypedResults.Accepted(answer.Location, answer);
    }
}
