using System.Text.Json;
using FLTS.Modules.Monitoring.Settings;
using FLTS.Modules.Registry.Backtests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace FLTS.Modules.Monitoring.Backtests;

/// <summary><c>/backtests</c>.</summary>
internal static class BacktestEndpoints
{
    private static readonly int[] _exampleLeads = [1, 5, 30];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/backtests").WithTags("Backtests");
        group.MapPost("", Start)
            .WithName("StartBacktest")
            .WithSummary(
                "Compares a model (default: the champion in force) with what came true, from every origin of a span (default: the test "
                + "part of the model's own data; 'from' and 'to' name rows of the dataset as it is now). The same request again answers "
                + "the same backtest.")
            .RequireRole(Roles.Train)
            .Accepts<JsonElement>("application/json")
            .WithShapes(body: typeof(BacktestBody))
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(422).ProducesProblem(429).ProducesProblem(503)
            .WithRequestExample(new { identifier = "demo", leads = _exampleLeads })
            .WithExample(BacktestExamples.Started, 202);
        group.MapGet("", List)
            .WithName("ListBacktests")
            .WithSummary("Backtests, newest first, without their hours.")
            .RequireRole(Roles.Read)
            .ProducesProblem(422)
            .WithExample(new Page<BacktestView>([BacktestExamples.Done with { Hours = null }], null));
        group.MapGet("/{id}", Get)
            .WithName("GetBacktest")
            .WithSummary(
                "A backtest: errors of the whole, by lead, and by lead and hour, scaled as on the scoreboard and in original units. "
                + "With 'Accept: text/csv' a line a lead, hour and target.")
            .RequireRole(Roles.Read)
            .Produces<BacktestView>(200, AnswerFormat.Json, AnswerFormat.Csv)
            .WithCsvExample(
                "lead,from,target,cells,matched,state,rmse,mae,mse,bias,original_rmse,original_mae,original_bias\n")
            .ProducesProblem(404).ProducesProblem(409)
            .WithExample(BacktestExamples.Done);
    }

    private static async Task<Accepted<StartedBacktest>> Start(
        JsonElement body, BacktestService service, MonitoringOptions options, CancellationToken cancellation)
    {
        var started = await service.StartAsync(BacktestRequest.Parse(body, options.MaxLead), cancellation);
        return TypedResults.Accepted(started.Location, started);
    }

    private static async Task<Ok<Page<BacktestView>>> List(
        BacktestReader reader, Identifier? identifier, int? limit, string? cursor, CancellationToken cancellation) =>
        TypedResults.Ok(await reader.ListAsync(identifier, Cursor.Limit(limit), Cursor.Parse(cursor), cancellation));

    private static async Task<IResult> Get(
        BacktestId id, BacktestReader reader, HttpContext context, CancellationToken cancellation)
    {
        var view = await reader.FindAsync(id, cancellation);
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        if (!AnswerFormat.IsCsv(context.Request.Headers.Accept))
            return TypedResults.Ok(view);

        return view.Hours is { } hours
            ? TypedResults.Text(BacktestCsv.Of(hours), AnswerFormat.Csv)
            : throw new ConflictException($"Backtest {id} is {SnakeCase.Of(view.Status)}: there is no result to be written as CSV.");
    }
}
