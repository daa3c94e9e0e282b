using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace FLTS.Host.Hosting;

/// <summary><c>/openapi/v1.json</c> with an example for every request and answer, and <c>/scalar</c> to try it.</summary>
internal static class OpenApi
{
    public static IServiceCollection AddFltsOpenApi(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        var names = new ConcurrentDictionary<string, Type>();
        options.CreateSchemaReferenceId = type => OpenApiSchemas.IsInline(type.Type) ? null : NameOf(type, names);
        options.AddSchemaTransformer(OpenApiSchemas.CompleteAsync);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "FLTS";
            document.Info.Description = "Forecasts of station traffic: preprocess, train, evaluate, promote, serve.";
            document.Paths["/metrics"] = Metrics(document);
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["api_key"] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.ApiKey,
                    In = ParameterLocation.Header,
                    Name = Security.Header,
                },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("api_key", document)] = [] }];
            OpenApiTags.Describe(document);
            new OpenApiNames(document, names).Complete();
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(OpenApiOperations.CompleteAsync);
    });

    public static void MapFltsOpenApi(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi().RequireRole(Roles.Read);
        routes.MapScalarApiReference("/scalar", o =>
        {
            // Nothing from elsewhere: the page works without a network.
            o.Title = "FLTS";
            o.DefaultFonts = false;
            o.Telemetry = false;
        }).RequireRole(Roles.Read);
    }

    /// <summary>Modules name their views alike (a run of a pipeline, a run of the registry); a schema has one name.</summary>
    private static string? NameOf(JsonTypeInfo type, ConcurrentDictionary<string, Type> names)
    {
        var name = OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        if (name is null)
            return null;

        var owner = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        return names.GetOrAdd(name, owner) == owner ? name : owner.Namespace!.Split('.')[^1] + name;
    }

    /// <summary>The exporter's endpoint does not describe itself.</summary>
    private static OpenApiPathItem Metrics(OpenApiDocument document) => new()
    {
        Operations = new Dictionary<HttpMethod, OpenApiOperation>
        {
            [HttpMethod.Get] = new OpenApiOperation
            {
                OperationId = "GetMetrics",
                Tags = new HashSet<OpenApiTagReference> { new("Health", document) },
                Summary = "Prometheus metrics.",
                Description = "Open on loopback, else role: read.",
                Responses = new OpenApiResponses
                {
                    ["200"] = new OpenApiResponse
                    {
                        Description = "OK",
                        Content = new Dictionary<string, OpenApiMediaType>
                        {
                            ["text/plain"] = new OpenApiMediaType
                            {
                                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                                Example = JsonValue.Create("flts_model_ready{identifier=\"demo\"} 1"),
                            },
                        },
                    },
                    ["401"] = OpenApiOperations.OfProblem(
                        document, 401, "Unauthorized", $"This needs the role '{Roles.Read}': send a key in the header {Security.Header}."),
                },
            },
        },
    };
}
