using System.Text.Json.Nodes;
using FLTS.Modules.Datasets.Preview;
using FLTS.Modules.Registry.Sources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Datasets;

/// <summary><c>POST /datasets/preview</c>: how a file would be read; nothing is stored.</summary>
internal static class PreviewEndpoints
{
    private const string Name = "preview.csv";

    private static readonly FilePreview _example = new(
        Name,
        1_048_576,
        IsHead: true,
        IsReadable: false,
        Refused: null,
        new TimesPreview(
            "date", "dd/MM/yyyy HH:mm", null, new DateTime(2024, 1, 5), new DateTime(2024, 3, 1, 23, 0, 0), "01:00:00", 1, 1368),
        [
            new ColumnPreview("date", ColumnKind.Time, ["05/01/2024 00:00", "05/01/2024 01:00"]),
            new ColumnPreview("load", ColumnKind.Numeric, ["48,5", "47"]),
            new ColumnPreview("remark", ColumnKind.Text, ["", "ok"]),
        ],
        [],
        [$"{Name}: column 'remark' is left out: row 3 holds 'ok', which is no number."],
        [],
        [
            new PreviewQuestion(
                "time_format",
                ["dd/MM/yyyy HH:mm", "MM/dd/yyyy HH:mm"],
                $"{Name}: row 2: column 'date': '05/01/2024 00:00' may have the day or the month first; state time_format."),
        ],
        new JsonObject { ["time_format"] = "dd/MM/yyyy HH:mm" });

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/datasets/preview", Preview)
        .WithTags("Datasets")
        .WithName("PreviewDataset")
        .WithSummary(
            "How a file, or its first megabyte, would be read: times, step, columns, what is left out and why, and the questions that have "
            + "to be answered by options. Options in the address count as given. Nothing is stored.")
        .RequireRole(Roles.Train).WithAudit(AuditKind.None)
        .Accepts<string>("text/csv", "application/gzip", "*/*")
        .ProducesProblem(413).ProducesProblem(422)
        .WithRequestExample("date,load,remark\n05/01/2024 00:00,\"48,5\",\n05/01/2024 01:00,47,ok\n")
        .WithExample(_example);

    private static async Task<Ok<FilePreview>> Preview(
        [AsParameters] ReadingQuery query,
        HttpContext context,
        DatasetOptions limits,
        ComputeThreads threads,
        CancellationToken cancellation)
    {
        var given = query.Given();
        var file = await PreviewFile.OfBodyAsync(Name, context.Request.Body, cancellation);
        var preview = await threads.RunOnOneAsync(() => FilePreviewer.Look(file, given, limits, cancellation), cancellation);

        // What no option makes readable, or has nothing below a header, is no table.
        return preview.Refused is { } reason && (preview.Questions.Count == 0 || preview.Columns.All(c => c.Sample.Count == 0))
            ? throw new InvalidInputException(reason)
            : TypedResults.Ok(preview);
    }
}
