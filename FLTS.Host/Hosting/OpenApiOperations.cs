using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace FLTS.Host.Hosting;

/// <summary>What endpoints say of themselves by metadata: roles, shapes of bodies and answers, examples.</summary>
internal static class OpenApiOperations
{
    private const string Json = "application/json";
    private const string Csv = "text/csv";
    private const string EventStream = "text/event-stream";
    private const string Problem = "application/problem+json";
    private const string AnyCsv = "time,down,up\n2018-02-05 23:40:00,109934672,1166592\n";

    private static readonly JsonSerializerOptions _json = MakeJson();

    public static async Task CompleteAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Responses ??= [];
        foreach (var parameter in operation.Parameters ?? []) // One that is not given is left out: none is null.
        {
            if (parameter.Schema is OpenApiSchema given)
                given.Type &= ~JsonSchemaType.Null;
        }

        Refusals(operation, metadata, context.Document!);
        if (operation.RequestBody?.Content is { } bodies)
            await BodiesAsync(bodies, context, metadata, cancellation);
        if (metadata.OfType<FileAnswer>().LastOrDefault() is { } file)
            operation.Responses["200"] = OfFile(file);
        foreach (var example in metadata.OfType<EndpointExample>())
            Attach(operation.Responses, example);
        await AnswersAsync(operation.Responses, context, metadata, cancellation);
        foreach (var (status, response) in operation.Responses)
        {
            if (response.Content?.TryGetValue(Problem, out var problem) == true)
                problem.Example ??= Node(new
                {
                    type = "about:blank",
                    title = response.Description,
                    status = int.Parse(status, CultureInfo.InvariantCulture),
                    detail = "A sentence that says what is wrong, where, and what would be right.",
                });
        }
    }

    /// <summary>Who has no key, and who asks too often.</summary>
    private static void Refusals(OpenApiOperation operation, IList<object> metadata, OpenApiDocument document)
    {
        if (metadata.OfType<RequiredRole>().LastOrDefault() is { } role && role.Role != Roles.Open)
        {
            operation.Description = $"{operation.Description} Role: {role.Role}.".Trim();
            operation.Responses!.TryAdd(
                "401",
                OfProblem(
                    document, 401, "Unauthorized", $"This needs the role '{role.Role}': send a key in the header {Security.Header}."));
        }

        if (metadata.OfType<CallsOf>().LastOrDefault()?.Kind != CallKind.Watch)
            operation.Responses!.TryAdd(
                "429", OfProblem(document, 429, "Too Many Requests", "More than 200 calls a second come from this caller."));
    }

    public static OpenApiResponse OfProblem(OpenApiDocument document, int status, string title, string detail) => new()
    {
        Description = title,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            [Problem] = new OpenApiMediaType
            {
                Schema = new OpenApiSchemaReference("ProblemDetails", document),
                Example = Node(new { type = "about:blank", title, status, detail }),
            },
        },
    };

    private static OpenApiResponse OfFile(FileAnswer file) => new()
    {
        Description = "OK",
        Content = new Dictionary<string, OpenApiMediaType>
        {
            [file.ContentType] = new OpenApiMediaType { Schema = Bytes(), Example = JsonValue.Create("(bytes)") },
        },
    };

    private static OpenApiSchema Bytes() => new() { Type = JsonSchemaType.String, Format = "binary" };

    private static async Task BodiesAsync(
        IDictionary<string, OpenApiMediaType> bodies,
        OpenApiOperationTransformerContext context,
        IList<object> metadata,
        CancellationToken cancellation)
    {
        var example = metadata.OfType<RequestExample>().LastOrDefault()?.Value;
        foreach (var (type, body) in bodies)
        {
            if (type == Json)
            {
                if (metadata.OfType<RequestShape>().LastOrDefault() is { } shape)
                    body.Schema = await OpenApiSchemas.NamedAsync(context, shape.Type, cancellation);
                body.Example = example is null ? body.Example : Node(example);
            }
            else
            {
                body.Schema = type == Csv ? new OpenApiSchema { Type = JsonSchemaType.String } : Bytes();
                body.Example = JsonValue.Create(type == "application/gzip"
                    ? "(bytes)"
                    : metadata.OfType<CsvExample>().LastOrDefault()?.Text ?? example as string ?? AnyCsv);
            }
        }
    }

    private static async Task AnswersAsync(
        OpenApiResponses responses,
        OpenApiOperationTransformerContext context,
        IList<object> metadata,
        CancellationToken cancellation)
    {
        var shape = metadata.OfType<AnswerShape>().LastOrDefault();
        foreach (var response in responses.Values)
        {
            if (shape is not null && response.Content?.TryGetValue(Json, out var json) == true)
                json.Schema = await OpenApiSchemas.NamedAsync(context, shape.Type, cancellation);
            if (response.Content?.TryGetValue(Csv, out var csv) == true)
            {
                csv.Schema = new OpenApiSchema { Type = JsonSchemaType.String };
                csv.Example = JsonValue.Create(metadata.OfType<CsvExample>().LastOrDefault()?.Text ?? AnyCsv);
            }

            // Each event has a shape, the stream of them is text.
            if (response.Content?.TryGetValue(EventStream, out var events) == true)
                events.Schema = new OpenApiSchema { Type = JsonSchemaType.String };
        }
    }

    private static void Attach(OpenApiResponses responses, EndpointExample example)
    {
        var status = example.Status.ToString(CultureInfo.InvariantCulture);
        if (!responses.TryGetValue(status, out var response))
            responses[status] =
                response = new OpenApiResponse { Description = "Success", Content = new Dictionary<string, OpenApiMediaType>() };

        if (response is OpenApiResponse concrete)
        {
            concrete.Content ??= new Dictionary<string, OpenApiMediaType>();
            if (concrete.Content.Count == 0)
                concrete.Content[Json] = new OpenApiMediaType();

            foreach (var content in concrete.Content.Values)
                content.Example = Node(example.Value);
        }
    }

    private static JsonNode? Node(object value) => JsonSerializer.SerializeToNode(value, value.GetType(), _json);

    private static JsonSerializerOptions MakeJson()
    {
        var options = new JsonSerializerOptions();
        Hosting.Json.Configure(options);
        return options;
    }
}
