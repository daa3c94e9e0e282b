using FLTS.Forecasting.Demo;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Datasets;

/// <summary><c>GET /demo.csv</c>: the measurements of the first start, for whoever wants to look around later.</summary>
internal static class DemoEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/demo.csv", Get)
        .WithTags("Datasets")
        .WithName("GetDemoData")
        .WithSummary("Made-up measurements of a base station, 28 days at two minutes, always the same: to be put as a dataset.")
        .RequireRole(Roles.Read)
        .WithFile("text/csv");

    private static FileContentHttpResult Get()
    {
        using var csv = new MemoryStream();
        DemoStation.Write(csv, DemoStation.Rows, DemoStation.Seed);
        return TypedResults.File(csv.ToArray(), "text/csv");
    }
}
