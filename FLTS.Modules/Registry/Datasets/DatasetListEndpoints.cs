using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Registry.Datasets;

/// <summary><c>GET /datasets</c>.</summary>
internal static class DatasetListEndpoints
{
    private static readonly Page<DatasetView> _example =
        new([new DatasetView("PobleSec", "6b1c0a", "9f2e11", 3_953_380, 1, new DateTimeOffset(2026, 3, 2, 9, 30, 0, TimeSpan.Zero))], null);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/datasets", List)
        .WithTags("Datasets")
        .WithName("ListDatasets")
        .WithSummary("Datasets that pipelines can be started for.")
        .RequireRole(Roles.Read)
        .ProducesProblem(422)
        .WithExample(_example);

    private static async Task<Ok<Page<DatasetView>>> List(
        DatasetReader reader, ISourceCatalog sources, int? limit, string? cursor, CancellationToken cancellation)
    {
        if (cursor is not null && !DatasetNames.IsName(cursor))
            throw new InvalidInputException("'cursor' must be the value of 'next' of the page before.");

        return TypedResults.Ok(await reader.ListAsync(sources, Cursor.Limit(limit), cursor, cancellation));
    }
}
