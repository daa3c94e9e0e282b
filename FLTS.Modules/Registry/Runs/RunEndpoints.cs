using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Registry.Runs;

/// <summary><c>/runs</c>.</summary>
internal static class RunEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/runs").WithTags("Runs");
        group.MapGet("", List).WithName("ListRuns").WithSummary("Trainings, newest first.").RequireRole(Roles.Read)
            .ProducesProblem(422).WithExample(RunExamples.Runs);
        group.MapGet("/{run_id}", Get).WithName("GetRun")
            .WithSummary("A training with its hyperparameters, metrics and artifacts.")
            .RequireRole(Roles.Read)
            .ProducesProblem(404).WithExample(RunExamples.Run);
        group.MapGet("/{run_id}/metrics", Metrics).WithName("GetRunMetrics")
            .WithSummary("Losses and metrics by epoch; the evaluator's test metrics.")
            .RequireRole(Roles.Read)
            .ProducesProblem(404).WithExample(RunExamples.Metrics);
        group.MapGet("/{run_id}/horizons", Horizons).WithName("GetRunHorizons")
            .WithSummary("Errors and coverage by lead, as the evaluator measured them last.")
            .RequireRole(Roles.Read)
            .ProducesProblem(404).WithExample(RunExamples.Horizons);
        group.MapGet("/{run_id}/artifacts", Artifacts).WithName("ListArtifacts").WithSummary("Files of a run with size and SHA-256.")
            .RequireRole(Roles.Read)
            .ProducesProblem(404).WithExample(RunExamples.Artifacts);
        group.MapGet("/{run_id}/artifacts/{**path}", Artifact).WithName("DownloadArtifact").WithSummary("One file of a run.")
            .RequireRole(Roles.Read)
            .WithFile("*/*").ProducesProblem(404);
        if (!routes.Has<IRunCommands>())
            return;

        group.MapPost("/{run_id}/cancel", Cancel)
            .WithName("CancelRun")
            .WithSummary("Ends a run that is queued, running or waiting to be stored; a training stops within a second. "
                + "Its pipelines end without it.")
            .RequireRole(Roles.Train)
            .ProducesProblem(404).ProducesProblem(409)
            .WithExample(RunExamples.Cancelled, 202);
        group.MapPost("/{run_id}/rerun", Rerun)
            .WithName("RerunRun")
            .WithSummary("Trains an ended run again as its next generation; "
                + "the newest pipeline that has it takes the new run and is evaluated again.")
            .RequireRole(Roles.Train)
            .ProducesProblem(404).ProducesProblem(409)
            .WithExample(RunExamples.Rerun, 202);
    }

    private static async Task<Ok<Page<RunView>>> List(
        [AsParameters] RunQuery query, RunReader reader, AllowedActions actions, HttpContext context, CancellationToken cancellation)
    {
        var page = await reader.ListAsync(query.Filter(), Cursor.Limit(query.Limit), Cursor.Parse(query.Cursor), cancellation);
        return TypedResults.Ok(page with { Items = actions.ForAll(page.Items, context) });
    }

    private static async Task<Ok<RunView>> Get(
        RunId run_id, RunReader reader, AllowedActions actions, HttpContext context, CancellationToken cancellation) =>
        TypedResults.Ok(actions.For(await reader.ViewAsync(run_id, cancellation), context));

    private static async Task<Ok<RunMetricsView>> Metrics(RunId run_id, RunReader reader, CancellationToken cancellation) =>
        TypedResults.Ok(await reader.MetricsAsync(run_id, cancellation));

    private static async Task<Ok<RunHorizonsView>> Horizons(RunId run_id, RunReader reader, CancellationToken cancellation) =>
        TypedResults.Ok(await reader.HorizonsAsync(run_id, cancellation));

    private static async Task<Ok<Page<ArtifactView>>> Artifacts(RunId run_id, RunReader reader, CancellationToken cancellation)
    {
        var run = RunView.Of(Whole(await reader.FindAsync(run_id, cancellation)), withArtifacts: true);
        return TypedResults.Ok(new Page<ArtifactView>(run.Artifacts!, null));
    }

    /// <summary>Only what the run lists can be read: a path is looked up, never followed.</summary>
    private static async Task<FileStreamHttpResult> Artifact(
        RunId run_id, string path, RunReader reader, IObjectStore store, CancellationToken cancellation)
    {
        path = path.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase); // Generated clients escape what they put into a path.
        var run = Whole(await reader.FindAsync(run_id, cancellation));
        if (run.Artifacts.All(a => a.Path != path) && !(path == "manifest.json" && run.ManifestSha256 is not null))
            throw new NotFoundException($"Run {run_id} has no artifact '{path}'. GET /runs/{run_id}/artifacts lists them.");

        var stream = await store.OpenReadAsync(ObjectKeys.Artifact(run_id, run.Attempt, path), cancellation);
        return TypedResults.Stream(stream, ContentType(path), Path.GetFileName(path));
    }

    /// <exception cref="NotFoundException">Its artifacts were removed.</exception>
    private static RunRow Whole(RunRow run) => run.Status != RunStatus.Pruned
        ? run
        : throw new NotFoundException(
            $"Run {run.RunId} was pruned on {run.PrunedAt:yyyy-MM-dd}: it has no artifacts any more. POST /runs/{run.RunId}/rerun, or its "
            + "pipeline asked for again, trains it anew.");

    private static async Task<Accepted<CancelledRun>> Cancel(RunId run_id, IRunCommands commands, CancellationToken cancellation)
    {
        var answer = await commands.CancelAsync(run_id, cancellation);
        return TypedResults.Accepted(answer.Location, answer);
    }

    private static async Task<Accepted<RerunRun>> Rerun(RunId run_id, IRunCommands commands, CancellationToken cancellation)
    {
        var answer = await commands.RerunAsync(run_id, cancellation);
        return TypedResults.Accepted(answer.Location, answer);
    }

    private static string ContentType(string path) => Path.GetExtension(path) switch
    {
        ".json" => "application/json",
        ".png" => "image/png",
        _ => "application/octet-stream",
    };
}
