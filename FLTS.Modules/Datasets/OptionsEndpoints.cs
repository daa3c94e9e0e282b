using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Sources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Datasets;

/// <summary><c>/datasets/{name}/options</c>: the options stored with a dataset.</summary>
internal static class OptionsEndpoints
{
    private static readonly JsonObject _example = new()
    {
        ["decimal"] = ".",
        ["units"] = new JsonObject { ["down"] = "bit" },
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        var options = routes.MapGroup("/datasets/{name}/options").WithTags("Datasets").RequireRole(Roles.Train);
        options.MapGet("", Get)
            .WithName("GetDatasetOptions")
            .WithSummary("How the files of a dataset are read where they do not say so themselves.")
            .ProducesProblem(404).ProducesProblem(422)
            .WithShapes(answer: typeof(OptionsBody))
            .WithExample(_example);
        options.MapPut("", Put)
            .WithName("PutDatasetOptions")
            .WithSummary(
                "Puts options in the place of those stored with a dataset. Its files are read so from now on, by pipelines, profiles, "
                + "forecasts and appended rows alike; options with which the newest files cannot be read are refused.")
            .Accepts<JsonElement>("application/json")
            .WithShapes(body: typeof(OptionsBody), answer: typeof(OptionsBody))
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(422).ProducesProblem(429).ProducesProblem(503)
            .WithRequestExample(_example)
            .WithExample(_example);
    }

    private static async Task<Ok<JsonObject>> Get(DatasetName name, ISourceCatalog sources, CancellationToken cancellation) =>
        TypedResults.Ok((await sources.GetAsync(name, cancellation)).Options.ToJson());

    private static async Task<Ok<JsonObject>> Put(
        DatasetName name, JsonElement body, DatasetOptionsService service, CancellationToken cancellation)
    {
        var given = body.ValueKind == JsonValueKind.Object
            ? JsonObject.Create(body)!
            : throw new InvalidInputException("The body must be a JSON object of options, such as {\"timezone\": \"Europe/Madrid\"}.");
        return TypedResults.Ok((await service.ReplaceAsync(name, SourceOptions.Parse(given), cancellation)).ToJson());
    }
}
