using System.Globalization;
using System.Text.Json;
using FLTS.Modules.Inference.Batching;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Settings;
using FLTS.Modules.Inference.Windows;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace FLTS.Modules.Inference.Protocols;

/// <summary><c>/predict</c> and <c>/models/loaded</c>.</summary>
internal static class PredictEndpoints
{
    private static readonly PredictAnswer _example = new(
        "SUCCESS",
        new("PobleSec"),
        new("0199a7b2c3d4"),
        "GRU",
        3,
        new("e309764d"),
        [new() { ["ts"] = "2018-03-05T15:18:00", ["down"] = 161_234_567.8, ["up"] = 9_876_543.2 }],
        new Dictionary<string, Dictionary<string, double[]?[]>>
        {
            ["80"] = new() { ["down"] = [[120_345_678.9, 190_987_654.3]], ["up"] = [[7_654_321.1, 12_345_678.7]] },
        },
        new IntervalsAdapted([80], [1], 720),
        null);

    private const string CsvText = "ts,down,down_low_80,down_high_80\n2018-03-05T15:18:00,151000000,120000000,183000000\n";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithTags("Forecasts");
        var body = new BodyLimit(routes.ServiceProvider.GetRequiredService<LimitsOptions>().PredictBodyBytes, "Limits:PredictBodyMb");
        group.MapPost("/predict", Predict)
            .WithName("Predict")
            .WithSummary(
                "A forecast by the champion, from the rows sent as 'data' or, without them, from the newest rows that are known. A "
                + "PROPHET model with regressors, conditions or caps from columns needs their coming values as 'future' (a list a "
                + "column, a value a step), one whose holidays end before the forecast those that come as 'holidays' ([{\"holiday\", "
                + "\"ds\"}]).")
            .RequireRole(Roles.Predict).WithCallsOf(CallKind.Forecast)
            .WithMetadata(body)
            .Accepts<JsonElement>("application/json")
            .WithShapes(body: typeof(PredictBody))
            .ProducesProblem(404).ProducesProblem(413).ProducesProblem(422).ProducesProblem(429).ProducesProblem(503)
            .Produces<PredictAnswer>(200, AnswerFormat.Json, AnswerFormat.Csv)
            .WithCsvExample(CsvText)
            .WithRequestExample(new { identifier = "demo", inference_length = 10, level = 80 })
            .WithExample(_example);
        group.MapGet("/predict/{identifier}", Newest)
            .WithName("PredictNewest")
            .WithSummary(
                "A forecast by the champion of an identifier from its newest rows, as JSON or CSV; 304 where the caller has it already "
                + "(If-None-Match). 'level' is a percentage, or several with commas between them.")
            .RequireRole(Roles.Predict).WithCallsOf(CallKind.Forecast)
            .ProducesProblem(404).ProducesProblem(413).ProducesProblem(422).ProducesProblem(429).ProducesProblem(503)
            .Produces<PredictAnswer>(200, AnswerFormat.Json, AnswerFormat.Csv)
            .WithCsvExample(CsvText)
            .Produces(304)
            .WithExample(_example);
        group.MapPost("/predict/batch", Batch)
            .WithName("PredictBatch")
            .WithSummary("Many forecasts in one call: an answer or a problem for each.")
            .RequireRole(Roles.Predict).WithCallsOf(CallKind.Forecast)
            .WithMetadata(body)
            .Accepts<JsonElement>("application/json")
            .WithShapes(body: typeof(BatchBody))
            .ProducesProblem(413).ProducesProblem(422)
            .Produces<BatchAnswer>()
            .WithRequestExample(new { items = new[] { new { identifier = "demo", inference_length = 10 } } })
            .WithExample(new BatchAnswer(
                [new BatchItem(_example, null), new BatchItem(null, new BatchProblem(404, "No model is served for 'Elsewhere'."))]));
        group.MapGet("/models/loaded", Loaded)
            .WithName("ListLoadedModels")
            .WithSummary("The models this process serves.")
            .RequireRole(Roles.Read)
            .WithExample(new LoadedModels(
                [new LoadedModelView(new("PobleSec"), new("0199a7b2c3d4"), "GRU", 3, new("e309764d"), 10, 1, 120, ["down", "up"], [])],
                null));
    }

    private static async Task Predict(
        HttpContext context, int? inference_length, PredictService service, ModelRefresher refresher, AnswerWriter answers)
    {
        var cancellation = context.RequestAborted;
        using var body = await RequestBody.ReadAsync(context, cancellation);
        using var request = PredictRequest.Read(body.Bytes);
        await refresher.CatchUpAsync(cancellation);
        await answers.SendAsync(context, await service.PredictAsync(request, inference_length, new(ClientOf(context)), cancellation));
    }

    /// <summary>Who asks, for a fair share of the queue: a key, else an address.</summary>
    private static string ClientOf(HttpContext context) =>
        context.Request.Headers["X-Api-Key"] is [{ } key, ..] ? key : context.Connection.RemoteIpAddress?.ToString() ?? "";

    private static async Task Newest(
        HttpContext context,
        Identifier identifier,
        int? steps,
        string? level,
        PredictService service,
        ModelRefresher refresher,
        AnswerWriter answers)
    {
        var cancellation = context.RequestAborted;
        using var request = PredictRequest.Newest(identifier, steps ?? 1, Levels(level));
        await refresher.CatchUpAsync(cancellation);
        var forecast = await service.PredictAsync(request, null, new(ClientOf(context)), IsKnown, cancellation);
        if (forecast is null)
            context.Response.StatusCode = StatusCodes.Status304NotModified;
        else
            await answers.SendAsync(context, forecast);

        bool IsKnown(ServedModel model, RequestWindow asked)
        {
            var headers = context.Response.Headers;
            var format = AnswerFormat.Of(context.Request.Headers.Accept);
            headers.ETag = ForecastTag.Of(model, asked, request.Levels, format);
            headers.CacheControl = "private, no-cache";
            headers.Vary = "Accept, X-Api-Key, Cookie";
            return EntityTagHeaderValue.TryParseList(context.Request.Headers.IfNoneMatch, out var known)
                && known.Any(tag => tag.Tag == headers.ETag.ToString() || tag.Equals(EntityTagHeaderValue.Any));
        }
    }

    private static IEnumerable<double> Levels(string? level) => level is null ? [] : level.Split(',') switch
    {
        var parts when parts.Length <= PredictRequestReader.MostLevels => parts.Select(part =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and < 100
                ? percent
                : throw WrongLevel(level)),
        _ => throw WrongLevel(level),
    };

    private static InvalidInputException WrongLevel(string level) => new(
        $"'level' is {level}; it must be a percentage between 0 and 100 such as 80, or at most {PredictRequestReader.MostLevels} of them "
        + "with commas between them.");

    private static async Task Batch(
        HttpContext context,
        PredictService service,
        AnswerSize size,
        ModelRefresher refresher,
        InferenceOptions options,
        AnswerWriter answers)
    {
        var cancellation = context.RequestAborted;
        using var body = await RequestBody.ReadAsync(context, cancellation);
        var items = BatchRequest.Items(body.Bytes);
        if (items.Count > options.MaxBatch)
            throw new TooLargeException(
                $"The batch has {items.Count} items; at most {options.MaxBatch} may be sent (Inference:MaxBatch).");

        await refresher.CatchUpAsync(cancellation);
        List<PredictRequest> asked = [.. items.Select(PredictRequest.Read)];
        try
        {
            size.RefuseTooLarge(asked);
            var asker = new Asker(ClientOf(context), BringsMore: true);
            await answers.SendAsync(context, await Task.WhenAll(asked.Select(item => AnswerAsync(item, asker, service, cancellation))));
        }
        finally
        {
            asked.ForEach(item => item.Dispose());
        }
    }

    private static async Task<(Forecast? Forecast, BatchProblem? Problem)> AnswerAsync(
        PredictRequest item, Asker asker, PredictService service, CancellationToken cancellation)
    {
        try
        {
            return (await service.PredictAsync(item, null, asker, cancellation), null);
        }
        catch (FltsException e)
        {
            var detail = e is UnavailableException away ? away.ForStrangers : e.Message; // Who asks is not known here.
            return (null, new BatchProblem(FaultStatus.Of(e), detail));
        }
    }

    private static async Task<Ok<LoadedModels>> Loaded(ModelSlots slots, ModelRefresher refresher, CancellationToken cancellation)
    {
        await refresher.CatchUpAsync(cancellation);
        return TypedResults.Ok(Views(slots));
    }

    private static LoadedModels Views(ModelSlots slots) => new(
        [.. slots.All.Select(m => new LoadedModelView(
            m.Identifier,
            m.Loaded.Manifest.RunId,
            m.Loaded.Manifest.ModelType,
            m.Version,
            m.Loaded.Manifest.ConfigHash,
            m.Loaded.Manifest.InputLen,
            m.Loaded.Manifest.Horizon,
            m.Loaded.Manifest.StepSeconds,
            m.Loaded.Manifest.Targets,
            m.Loaded.Manifest.KnownAhead ?? []))],
        null);
}
