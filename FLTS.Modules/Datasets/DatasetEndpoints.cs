using System.Text.Json.Nodes;
using FLTS.Forecasting.Profiling;
using FLTS.Forecasting.Series.Grid;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Sources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Datasets;

/// <summary>A version of one part of a dataset.</summary>
/// <param name="Part"><c>train</c> or <c>test</c>.</param>
/// <param name="Version">From 1.</param>
/// <param name="Sha256">Of its bytes.</param>
/// <param name="Size">Bytes.</param>
/// <param name="RegisteredAt">When it came.</param>
/// <param name="Compacted">It was made of a file and the measurements that came after it, for a pipeline; false: it was put.</param>
internal sealed record SourceVersionView(
    string Part, int Version, string Sha256, long Size, DateTimeOffset RegisteredAt, bool Compacted);

/// <summary>The measurements that came after the files of a dataset.</summary>
/// <param name="Rows">Rows of the log, corrections among them.</param>
/// <param name="Times">Different times.</param>
/// <param name="First">The earliest time.</param>
/// <param name="Last">The latest.</param>
/// <param name="KnownAt">When the last of them came.</param>
internal sealed record MeasurementsView(long Rows, long Times, string First, string Last, DateTimeOffset KnownAt);

/// <summary>A dataset with its versions, newest first, and what is stored with them.</summary>
/// <param name="Name">Its name.</param>
/// <param name="SeriesOf">The dataset of whose files this is one series; null: the files are its own.</param>
/// <param name="Options">How the files are read.</param>
/// <param name="Series">The datasets that the files hold, where they hold several series.</param>
/// <param name="Versions">Of the files.</param>
/// <param name="Measurements">What came after them; null: nothing.</param>
/// <param name="Warnings">Series that are left out, and why.</param>
internal sealed record DatasetVersionsView(
    DatasetName Name,
    DatasetName? SeriesOf,
    [property: Shape(typeof(OptionsBody))] JsonObject Options,
    IReadOnlyList<DatasetName> Series,
    IReadOnlyList<SourceVersionView> Versions,
    MeasurementsView? Measurements,
    IReadOnlyList<string> Warnings) : IHasActions<DatasetVersionsView>
{
    /// <summary>What the caller may do with it now: its role allows it, and its state does not forbid it.</summary>
    public IReadOnlyList<string> AllowedActions { get; init; } = [];

    public IEnumerable<ResourceAction> PossibleActions() => DatasetView.ActionsOf(SeriesOf);

    public DatasetVersionsView WithActions(IReadOnlyList<string> allowed) => this with { AllowedActions = allowed };
}

/// <summary><c>/datasets</c>: list, store, append, look at.</summary>
internal static class DatasetEndpoints
{
    private const string First = "2018-02-05T23:40:00";
    private const string Last = "2018-02-28T02:32:00";

    private static readonly SourceVersionView _version = new(
        "train", 2, "6b1c0a", 3_953_380, new DateTimeOffset(2026, 3, 2, 9, 30, 0, TimeSpan.Zero), false);

    private static readonly MeasurementsView _measurements = new(
        721, 720, "2018-02-28 02:34:00", Last.Replace('T', ' '), new DateTimeOffset(2026, 3, 3, 2, 32, 4, TimeSpan.Zero));

    private static readonly Page<DatasetView> _exampleList =
        new([new DatasetView(new("PobleSec"), null, "6b1c0a", "9f2e11", 3_953_380, 1, _version.RegisteredAt)], null);

    private static readonly DatasetProfile _profile = new(
        new PartProfile(First, Last, new SeriesReport { RowsRead = 15_927, Rows = 15_927, StepSeconds = 120, RegularShare = 1 }),
        null,
        "last_fifth",
        [
            new ColumnProfile(
                "down", 15_924, 3, false, 1.2e8, 1.3e8, 8.6e6, 1.3e7, 3.1e7, 8.2e7, 1.6e8, 3.7e8, 2.3e9, 3.2, 19.8,
                new Autocorrelations(0.83, 0.61, 0.44), new ColumnDrift(-0.07, 0.94, 0.05)),
        ],
        []);

    /// <summary>Every column of the demo.</summary>
    private static readonly Dictionary<string, object> _exampleRow = new()
    {
        ["time"] = "2026-02-01 00:00:00",
        ["down"] = 109_934_672,
        ["up"] = 1_166_592,
        ["rnti_count"] = 5120,
        ["mcs_down"] = 11,
        ["mcs_down_var"] = 69,
        ["mcs_up"] = 13,
        ["mcs_up_var"] = 55,
        ["rb_down"] = 0.17,
        ["rb_down_var"] = 0.01,
        ["rb_up"] = 0.02,
        ["rb_up_var"] = 0.001,
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/datasets", List)
            .WithTags("Datasets")
            .WithName("ListDatasets")
            .WithSummary("Datasets that pipelines can be started for.")
            .RequireRole(Roles.Read).ProducesProblem(422).WithExample(_exampleList);
        PreviewEndpoints.Map(routes);
        OptionsEndpoints.Map(routes);
        DemoEndpoint.Map(routes);
        var group = routes.MapGroup("/datasets/{name}").WithTags("Datasets");
        group.MapPut("", Put).WithName("PutDataset")
            .WithSummary("Stores a CSV (or gzip of one) as the newest version of a dataset's train or test part.")
            .RequireRole(Roles.Train)
            .Accepts<string>("text/csv", "application/gzip", "*/*") // What is sent is told by its bytes: curl names a form for any file.
            .ProducesProblem(404).ProducesProblem(413).ProducesProblem(422).ProducesProblem(429).ProducesProblem(503)
            .WithRequestExample("time,down,up\n2018-02-05 23:40:00,109934672,1166592\n2018-02-05 23:42:00,98034672,1066592\n")
            .WithExample(
                new UploadedSource(new("PobleSec"), "train", 2, "6b1c0a", 3_953_380, 15_927, ["down", "up"], First, Last, [], []),
                StatusCodes.Status201Created);
        group.MapPost("/rows", Append).WithName("AppendRows")
            .WithSummary(
                "Takes measurements, as CSV with a header or as a JSON array of rows: newer ones, late ones, and corrections of those that "
                + "are known. Forecasts without data start from the newest; the next pipeline learns from all. With dry_run=true it "
                + "is only said what would become of them.")
            .RequireRole(Roles.Train).WithAudit(AuditKind.Hourly).WithCallsOf(CallKind.Append)
            .Accepts<string>("application/json", "text/csv", "*/*")
            .WithShapes(body: typeof(IReadOnlyList<RowBody>))
            .WithCsvExample($"{string.Join(',', _exampleRow.Select(c => c.Key))}\n{string.Join(',', _exampleRow.Select(c => c.Value))}\n")
            .ProducesProblem(404).ProducesProblem(413).ProducesProblem(422).ProducesProblem(429).ProducesProblem(503)
            .WithRequestExample(new[] { _exampleRow })
            .WithExample(new AppendedRows(new("PobleSec"), 1, 1, 0, 0, 0, Last, Last));
        group.MapGet("", Versions).WithName("GetDataset").WithSummary("Versions of a dataset's parts by SHA-256, newest first.")
            .RequireRole(Roles.Read)
            .ProducesProblem(404)
            .ProducesProblem(422)
            .WithExample(new DatasetVersionsView(new("PobleSec"), null, [], [], [_version], _measurements, [])
            {
                AllowedActions = ["start_pipeline", "append", "upload"],
            });
        group.MapDelete("", Remove).WithName("DeleteDataset")
            .WithSummary(
                "Removes what is stored of a dataset; runs and ledger stay. A file that lies in the datasets folder is offered again. "
                + "A 'reason' is kept in the audit. With dry_run=true it is only said what would go.")
            .RequireRole(Roles.Admin)
            .WithExample(new RemovedDataset(new("PobleSec"), 2, 7_906_760, 721, [new("PobleSec")], false))
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(422).ProducesProblem(503);
        group.MapGet("/profile", Profile)
            .WithName("ProfileDataset")
            .WithSummary("Rows, step, gaps; for each column moments, quantiles, missing values, autocorrelation and drift.")
            .RequireRole(Roles.Read).ProducesProblem(404).ProducesProblem(422).ProducesProblem(429).WithExample(_profile);
        group.MapGet("/plots/{column}", Plot)
            .WithName("PlotColumn")
            .WithSummary("A column as PNG: the series, its day profile, its distribution.")
            .RequireRole(Roles.Read)
            .WithFile("image/png")
            .ProducesProblem(404)
            .ProducesProblem(422)
            .ProducesProblem(429);
    }

    private static async Task<Ok<Page<DatasetView>>> List(
        DatasetReader reader,
        ISourceCatalog sources,
        AllowedActions actions,
        HttpContext context,
        int? limit,
        string? cursor,
        CancellationToken cancellation)
    {
        if (cursor is not null && !DatasetNames.IsName(cursor))
            throw new InvalidInputException("'cursor' must be the value of 'next' of the page before.");

        var page = await reader.ListAsync(sources, Cursor.Limit(limit), cursor, cancellation);
        return TypedResults.Ok(page with { Items = actions.ForAll(page.Items, context) });
    }

    private static async Task<Created<UploadedSource>> Put(
        DatasetName name,
        string? part,
        [AsParameters] ReadingQuery query,
        HttpContext context,
        SourceUpload upload,
        CancellationToken cancellation)
    {
        // The upload counts for itself: the server would drop the connection before the sentence has been read.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;

        return TypedResults.Created(
            $"/datasets/{name}",
            await upload.ReceiveAsync(name, part ?? "train", query.Given(), context.Request.Body, cancellation));
    }

    private static async Task<Ok<AppendedRows>> Append(
        DatasetName name,
        [AsParameters] ReadingQuery query,
        HttpContext context,
        RowAppender appender,
        DatasetOptions options,
        CancellationToken cancellation)
    {
        var files = await appender.FilesAsync(name, query.Given("dry_run"), cancellation);
        var (body, json) = (context.Request.Body, context.Request.HasJsonContentType());
        var rows = await SentRows.ReadAsync(body, json, files.Options, options, cancellation);
        return TypedResults.Ok(query.DryRun == true
            ? await appender.LookAsync(files, rows, cancellation)
            : await appender.AppendAsync(files, rows, mayComeAgain: false, cancellation));
    }

    private static async Task<Ok<DatasetVersionsView>> Versions(
        DatasetName name,
        ISourceCatalog sources,
        MeasurementReader log,
        AllowedActions actions,
        HttpContext context,
        CancellationToken cancellation)
    {
        var files = await sources.GetAsync(name, cancellation);
        var series = files.Options.HoldSeries ? await sources.SeriesAsync(files, cancellation) : null;
        var view = new DatasetVersionsView(
            name,
            files.Whole == name ? null : files.Whole,
            files.Options.ToJson(),
            [.. series?.Named.Select(s => s.Name) ?? []],
            [.. (await sources.VersionsAsync(name, cancellation))
                .Select(v => new SourceVersionView(v.Part, v.Version, v.Sha256, v.Size, v.RegisteredAt, v.MadeOf is not null))],
            await log.SummaryAsync(name, cancellation) is { } found
                ? new(found.Rows, found.Times, Show(found.First), Show(found.Last), found.KnownAt)
                : null,
            [.. series?.Warnings ?? []]);
        return TypedResults.Ok(actions.For(view, context));

        string Show(DateTimeOffset time) => LatestRow.Show(MeasurementLog.Time(time), files.Timezone);
    }

    /// <param name="name">The dataset.</param>
    /// <param name="removal">Does it.</param>
    /// <param name="reason">Why; the audit, which has the whole address, keeps it.</param>
    /// <param name="dry_run">Says what would go, and removes nothing.</param>
    /// <param name="cancellation">Stops it.</param>
    private static async Task<Results<Ok<RemovedDataset>, NoContent>> Remove(
        DatasetName name, DatasetRemoval removal, string? reason, bool? dry_run, CancellationToken cancellation)
    {
        StatedReason.Check(reason);
        if (dry_run == true)
            return TypedResults.Ok(await removal.LookAsync(name, cancellation));

        await removal.RemoveAsync(name, cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<DatasetProfile>> Profile(
        DatasetName name, [AsParameters] ReadingQuery query, DatasetInsight insight, CancellationToken cancellation) =>
        TypedResults.Ok(await insight.ProfileAsync(name, query.Given(), cancellation));

    private static async Task<FileContentHttpResult> Plot(
        DatasetName name, string column, [AsParameters] ReadingQuery query, DatasetInsight insight, CancellationToken cancellation) =>
        TypedResults.File(await insight.PlotAsync(name, column, query.Given(), cancellation), "image/png");
}
