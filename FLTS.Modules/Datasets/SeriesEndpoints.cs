using FLTS.Modules.Datasets.Reduced;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Datasets;

/// <summary><c>GET /datasets/{name}/series</c>: what charts are drawn of.</summary>
internal static class SeriesEndpoints
{
    private static readonly ReducedSeries _example = new(
        new("PobleSec"),
        null,
        120,
        "2018-02-05T23:40:00",
        "2018-02-28T02:32:00",
        15_927,
        3840,
        ["2018-02-05T23:40:00"],
        [
            new ReducedColumn("down", "bit/s")
            {
                Min = [8.6e6],
                Max = [1.6e8],
                First = [1.1e8],
                Last = [9.8e7],
            },
        ]);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/datasets/{name}/series", Series)
        .WithTags("Datasets")
        .WithName("GetDatasetSeries")
        .WithSummary(
            "Measured values for a chart, as JSON or CSV: each row, or where a span has more rows than 'points', minimum, maximum, first "
            + "and last of buckets of equal time. Gaps stay gaps.")
        .RequireRole(Roles.Read)
        .ProducesProblem(404).ProducesProblem(422).ProducesProblem(429)
        .Produces<ReducedSeries>(200, AnswerFormat.Json, AnswerFormat.Csv)
        .WithCsvExample(
            "ts,down\n2018-02-05T23:40:00,109934672\n")
        .WithExample(_example);

    private static async Task<IResult> Series(
        DatasetName name, [AsParameters] SeriesQuery query, SeriesService service, HttpContext context, CancellationToken cancellation)
    {
        context.Response.Headers.Vary = "Accept";
        var series = await service.ReduceAsync(name, query, cancellation);
        return AnswerFormat.IsCsv(context.Request.Headers.Accept)
            ? TypedResults.Text(series.ToCsv(), AnswerFormat.Csv)
            : TypedResults.Ok(series);
    }
}
