using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace FLTS.Modules.Monitoring.Live;

/// <summary><c>/live</c>.</summary>
internal static class LiveEndpoints
{
    private const string LocalTimes = "such as 2026-03-02T09:30:00; without an offset local time of the dataset's zone";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/live/{identifier}").WithTags("Live");
        group.MapGet("", Hours)
            .WithName("GetLive")
            .WithSummary(
                "What was forecast for a station beside what came, by hour: champion, the version before it, a shadow, the best "
                + "reference and EWMA, 'lead' steps ahead (1 without it), of the times 'from' to 'to' (the newest week without them). "
                + "With 'Accept: text/csv' a line an hour and role.")
            .RequireRole(Roles.Read)
            .Produces<LiveView>(200, AnswerFormat.Json, AnswerFormat.Csv)
            .WithCsvExample(
                "from,day,role,model,cells,matched,state,mae,rmse,bias,coverage_80,coverage_95,interval_score_80\n")
            .ProducesProblem(404).ProducesProblem(422)
            .WithExample(LiveExamples.Hours);
        group.MapGet("/forecast", Forecast)
            .WithName("GetLiveForecast")
            .WithSummary(
                "The forecast of a station as it stood at a time (the newest without 'at'), with its interval of 'level' 80 or 95 "
                + "percent, beside what was measured since; kept for 14 days of data.")
            .RequireRole(Roles.Read)
            .ProducesProblem(404).ProducesProblem(422)
            .WithExample(LiveExamples.Forecast);
    }

    private static async Task<IResult> Hours(
        Identifier identifier,
        LiveService service,
        HttpContext context,
        int? lead,
        [Description($"First time; {LocalTimes}.")] string? from,
        [Description("Last time; the same.")] string? to,
        CancellationToken cancellation)
    {
        var view = await service.HoursAsync(identifier, lead, from, to, cancellation);
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        return AnswerFormat.IsCsv(context.Request.Headers.Accept)
            ? TypedResults.Text(LiveCsv.Of(view), AnswerFormat.Csv)
            : TypedResults.Ok(view);
    }

    private static async Task<Ok<LiveForecastView>> Forecast(
        Identifier identifier,
        LiveService service,
        [Description($"When it was made; {LocalTimes}.")] string? at,
        string? column,
        int? level,
        CancellationToken cancellation) =>
        TypedResults.Ok(await service.ForecastAsync(identifier, at, column, level, cancellation));
}
