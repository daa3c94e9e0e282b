using FLTS.Modules.Page.Markup;
using FLTS.Modules.Page.Reading;
using FLTS.Modules.Page.Views;
using FLTS.Modules.Registry.Pipelines;
using FLTS.Modules.Registry.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Modules.Page;

/// <summary><c>/ui</c> and below; the root leads a browser there. What is read is read like the API, by the same roles.</summary>
internal static class PageEndpoints
{
    private const string Root = "/ui";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", Home).RequireRole(Roles.Read).ExcludeFromDescription();
        var group = routes.MapGroup(Root).ExcludeFromDescription().AddEndpointFilter(TellAsync);
        group.MapGet("", () => TypedResults.Redirect($"{Root}/stations")).RequireRole(Roles.Read);
        group.MapGet("/stations", Stations).RequireRole(Roles.Read);
        group.MapGet("/stations/{identifier}", Station).RequireRole(Roles.Read);
        group.MapGet("/pipelines", Pipelines).RequireRole(Roles.Read);
        group.MapGet("/pipelines/{id}", Pipeline).RequireRole(Roles.Read);
        group.MapGet("/compare", Compare).RequireRole(Roles.Read);
        group.MapGet("/data", Data).RequireRole(Roles.Read);
        group.MapGet("/data/{name}", Dataset).RequireRole(Roles.Read);
        group.MapGet("/sign-in", () => Answer(SignInPage.Of())).RequireRole(Roles.Open);
        group.MapGet("/system", () => Answer(SystemPage.Of())).RequireRole(Roles.Read);
        routes.MapGet($"{Root}/assets/{{name}}", (HttpContext context, string name, PageAssets assets) => assets.SendAsync(context, name))
            .RequireRole(Roles.Open).ExcludeFromDescription(); // The page to sign in needs them.
    }

    /// <summary>Programs that ask for the root are told, as ever, that nothing is there.</summary>
    private static IResult Home(HttpContext context) =>
        HtmlAnswer.IsWanted(context.Request) ? TypedResults.Redirect($"{Root}/stations") : TypedResults.NotFound();

    private static async Task<HtmlAnswer> Stations(
        StationPages reader, string? q, int? page, TimeProvider time, CancellationToken cancellation) =>
        Answer(StationsPage.Of(await reader.AllAsync(q, page ?? 1, time.GetUtcNow(), cancellation)));

    private static async Task<HtmlAnswer> Station(
        StationPages reader,
        ChartReader charts,
        Identifier identifier,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellation)
    {
        var model = await reader.OfAsync(identifier, time.GetUtcNow(), cancellation);
        var chart = IsOpened(context.Request)
            ? await charts.OfAsync(model, Caller.Of(context)?.May(Roles.Predict) != false, cancellation)
            : null;
        return Answer(StationPage.Of(model with { Chart = chart }));
    }

    private static async Task<HtmlAnswer> Pipelines(
        PageReader reader, string? identifier, string? status, string? cursor, CancellationToken cancellation) =>
        Answer(PipelinesPage.Of(await reader.PipelinesAsync(
            string.IsNullOrWhiteSpace(identifier) ? null : Identifier.From(identifier.Trim()), // A form sends empty fields, too.
            PipelineQuery.StatusOf(status),
            Cursor.Parse(cursor),
            cancellation)));

    private static async Task<HtmlAnswer> Pipeline(PageReader reader, string id, CancellationToken cancellation) =>
        Answer(PipelinePage.Of(await reader.PipelineAsync(id, cancellation)));

    private static async Task<HtmlAnswer> Compare(
        ComparisonReader reader, string[]? run, string[]? pipeline, CancellationToken cancellation) =>
        Answer(ComparePage.Of(await reader.OfAsync(run ?? [], pipeline ?? [], cancellation)));

    private static async Task<HtmlAnswer> Data(PageReader reader, string? cursor, CancellationToken cancellation) =>
        Answer(DataPage.Of(await reader.DatasetsAsync(cursor, cancellation), reader.Now));

    private static async Task<HtmlAnswer> Dataset(PageReader reader, DatasetName name, CancellationToken cancellation)
    {
        await reader.CheckDatasetAsync(name, cancellation);
        return Answer(DatasetPage.Of(name));
    }

    /// <summary>Whether a browser opens the page: to its script, which brings parts of it up to date, browsers say "empty".</summary>
    private static bool IsOpened(HttpRequest request) => request.Headers["Sec-Fetch-Dest"].ToString() is "" or "document";

    private static HtmlAnswer Answer(Html page) => new(page);

    /// <summary>What goes wrong is told as a page too, in the sentence of the API.</summary>
    private static async ValueTask<object?> TellAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        // The tables of a new installation are made while it answers already.
        if (!context.HttpContext.RequestServices.GetRequiredService<IStartupGate>().OpenedAsync(default).IsCompletedSuccessfully)
            return Refusal("FLTS starts; the stations are shown in a moment.", StatusCodes.Status503ServiceUnavailable);

        try
        {
            return await next(context);
        }
        catch (UnavailableException away)
        {
            return Refusal(away.ForStrangers, StatusCodes.Status503ServiceUnavailable);
        }
        catch (FltsException known)
        {
            return Refusal(known.Message, FaultStatus.Of(known));
        }
        catch (Exception e) when (DatabaseFaults.IsPassing(e))
        {
            return Refusal("The database does not answer now; the system's page says more.", StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static HtmlAnswer Refusal(string sentence, int status) => new(RefusalPage.Of(sentence, status), status);
}
