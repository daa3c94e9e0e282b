using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace FLTS.Host.Hosting;

/// <summary><c>/openapi/v1.json</c> with an example for every request and answer, and <c>/scalar</c> to try it.</summary>
internal static class OpenApi
{
    private static readonly JsonSerializerOptions _json = MakeJson();

    public static IServiceCollection AddFltsOpenApi(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        var names = new ConcurrentDictionary<string, Type>();
        options.CreateSchemaReferenceId = type => IsId(type.Type) ? null : NameOf(type, names);
        options.AddSchemaTransformer((schema, context, _) =>
        {
            // Their converter hides from the generator that ids are text.
            var type = context.JsonTypeInfo.Type;
            if (IsId(type))
                schema.Type = Nullable.GetUnderlyingType(type) is null
                    ? JsonSchemaType.String
                    : JsonSchemaType.String | JsonSchemaType.Null;

            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "FLTS";
            document.Info.Description = "Forecasts of station traffic: preprocess, train, evaluate, promote, serve.";
            document.Paths["/metrics"] = Metrics();
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
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            if (metadata.OfType<RequiredRole>().LastOrDefault() is { } role && role.Role != Roles.Open)
            {
                operation.Description = $"{operation.Description} Role: {role.Role}.".Trim();
                operation.Responses ??= [];
                operation.Responses.TryAdd("401", Unauthorized(role.Role));
            }

            if (metadata.OfType<RequestExample>().LastOrDefault() is { } request && operation.RequestBody?.Content is { } contents)
            {
                foreach (var content in contents.Values)
                    content.Example = Node(request.Value);
            }

            operation.Responses ??= [];
            foreach (var example in metadata.OfType<EndpointExample>())
                Attach(operation.Responses, example);

            foreach (var (status, response) in operation.Responses)
            {
                if (response.Content?.TryGetValue("application/problem+json", out var problem) == true)
                    problem.Example ??= Node(new
                    {
                        type = "about:blank",
                        title = response.Description,
                        status = int.Parse(status, System.Globalization.CultureInfo.InvariantCulture),
                        detail = "A sentence that says what is wrong, where, and what would be right.",
                    });
            }

            return Task.CompletedTask;
        });
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

    private static bool IsId(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type)
            .GetInterfaces()
            .Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IId<>));

    /// <summary>Modules name their views alike (a run of a pipeline, a run of the registry); a schema has one name.</summary>
    private static string? NameOf(JsonTypeInfo type, ConcurrentDictionary<string, Type> names)
    {
        var name = OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        if (name is null)
            return null;

        var owner = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        return names.GetOrAdd(name, owner) == owner ? name : owner.Namespace!.Split('.')[^1] + name;
    }

    private static OpenApiResponse Unauthorized(string role) => new()
    {
        Description = "Unauthorized",
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/problem+json"] = new OpenApiMediaType
            {
                Example = Node(new
                {
                    type = "https://tools.ietf.org/html/rfc9110#section-15.5.2",
                    title = "Unauthorized",
                    status = 401,
                    detail = $"This needs the role '{role}': send a key in the header {Security.Header}.",
                }),
            },
        },
    };

    /// <summary>The exporter's endpoint does not describe itself.</summary>
    private static OpenApiPathItem Metrics() => new()
    {
        Operations = new Dictionary<HttpMethod, OpenApiOperation>
        {
            [HttpMethod.Get] = new OpenApiOperation
            {
                OperationId = "Metrics",
                Summary = "Prometheus metrics.",
                Description = "Open on loopback, else role: read.",
                Responses = new OpenApiResponses
                {
                    ["200"] = new OpenApiResponse
                    {
                        Description = "OK",
                        Content = new Dictionary<string, OpenApiMediaType>
                        {
                            ["text/plain"] = new OpenApiMediaType { Example = JsonValue.Create("flts_model_ready{identifier=\"demo\"} 1") },
                        },
                    },
                },
            },
        },
    };

    private static void Attach(OpenApiResponses responses, EndpointExample example)
    {
        var status = example.Status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (!responses.TryGetValue(status, out var response))
            responses[status] =
                response = new OpenApiResponse { Description = "Success", Content = new Dictionary<string, OpenApiMediaType>() };

        if (response is OpenApiResponse concrete)
        {
            concrete.Content ??= new Dictionary<string, OpenApiMediaType>();
            if (concrete.Content.Count == 0)
                concrete.Content["application/json"] = new OpenApiMediaType();

            foreach (var content in concrete.Content.Values)
                content.Example = Node(example.Value);
        }
    }

    private static JsonNode? Node(object value) => JsonSerializer.SerializeToNode(value, value.GetType(), _json);

    private static JsonSerializerOptions MakeJson()
    {
        var options = new JsonSerializerOptions();
        Json.Configure(options);
        return options;
    }
}
