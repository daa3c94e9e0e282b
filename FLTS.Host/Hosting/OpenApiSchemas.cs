using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace FLTS.Host.Hosting;

/// <summary>What the generator cannot tell of types by itself: ids are text, enums words, and members kept as JSON have a shape.</summary>
internal static class OpenApiSchemas
{
    private const JsonSchemaType Anything = JsonSchemaType.Null | JsonSchemaType.Boolean | JsonSchemaType.Object | JsonSchemaType.Array
        | JsonSchemaType.Number | JsonSchemaType.String;

    /// <summary>Types that are described where they stand, each time anew.</summary>
    public static bool IsInline(Type type) =>
        IsId(type) || type == typeof(JsonElement) || typeof(JsonNode).IsAssignableFrom(type)
        || type == typeof(CellShape) || type == typeof(NumbersShape) || type == typeof(PairShape);

    public static async Task CompleteAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = context.JsonTypeInfo.Type;
        if (IsId(type) || (Nullable.GetUnderlyingType(type) ?? type).IsEnum)
            schema.Type = OrNull(JsonSchemaType.String, Nullable.GetUnderlyingType(type) is not null);
        else if (IsAny(type))
            schema.Type = Anything;
        else if (type == typeof(CellShape))
            Set(schema, null).OneOf = Cell();
        else if (type == typeof(NumbersShape))
            Set(
                schema,
                JsonSchemaType.Number | JsonSchemaType.Array | JsonSchemaType.Null,
                new OpenApiSchema { Type = JsonSchemaType.Number });
        else if (type == typeof(PairShape))
            Set(schema, JsonSchemaType.Array | JsonSchemaType.Null, new OpenApiSchema { Type = JsonSchemaType.Number });
        else if (ElementOf(type) is { } element && (IsId(element) || IsAny(element)))
            schema.Items = new OpenApiSchema { Type = IsId(element) ? JsonSchemaType.String : Anything };
        else if (type == typeof(ProblemDetails))
            schema.Properties!["trace_id"] = new OpenApiSchema { Type = JsonSchemaType.String };

        foreach (var left in context.JsonTypeInfo.Properties.Where(p => p.ShouldSerialize is not null))
            schema.Required?.Remove(left.Name);
        if (context.JsonPropertyInfo is { AttributeProvider: { } attributes } property
            && attributes.GetCustomAttributes(typeof(ShapeAttribute), false) is [ShapeAttribute shape])
            Become(schema, await context.GetOrCreateSchemaAsync(shape.Type, null, cancellation), property.IsGetNullable);
        SayZone(schema, Nullable.GetUnderlyingType(type) ?? type, context.JsonPropertyInfo?.Name);
    }

    /// <summary>A time without an offset is no date-time to a client: it would take it for its own zone's.</summary>
    private static void SayZone(OpenApiSchema schema, Type type, string? name)
    {
        if (type == typeof(DateTime))
            schema.Format = null;
        else if (type == typeof(DateTimeOffset))
            schema.Description ??= "An instant, in UTC.";
        else if (name == "ts" && (type == typeof(string) || ElementOf(type) == typeof(string)))
            schema.Description =
                $"{schema.Description} Local time of the dataset's zone, with its offset; without one where it has no zone.".Trim();
    }

    /// <summary>Text first: a generator that knows one type only takes that, and numbers may be sent as text.</summary>
    public static List<IOpenApiSchema> Cell() =>
        [.. new[] { JsonSchemaType.String, JsonSchemaType.Number, JsonSchemaType.Null }.Select(t => new OpenApiSchema { Type = t })];

    /// <summary>A schema of the document's own, by the type's name.</summary>
    public static async Task<IOpenApiSchema> NamedAsync(
        OpenApiOperationTransformerContext context, Type type, CancellationToken cancellation)
    {
        var schema = await context.GetOrCreateSchemaAsync(type, null, cancellation);
        if (ElementOf(type) is not null)
            return schema;

        context.Document!.AddComponent(type.Name, schema);
        return new OpenApiSchemaReference(type.Name, context.Document);
    }

    private static bool IsId(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type)
            .GetInterfaces()
            .Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IId<>));

    private static bool IsAny(Type type) =>
        type == typeof(JsonElement) || type == typeof(JsonNode) || type == typeof(JsonValue) || type == typeof(object);

    private static Type? ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    private static JsonSchemaType OrNull(JsonSchemaType type, bool mayBeNull) => mayBeNull ? type | JsonSchemaType.Null : type;

    private static OpenApiSchema Set(OpenApiSchema schema, JsonSchemaType? type, IOpenApiSchema? items = null)
    {
        (schema.Type, schema.Items) = (type, items);
        (schema.Properties, schema.Required) = (null, null);
        return schema;
    }

    private static void Become(OpenApiSchema schema, OpenApiSchema shape, bool mayBeNull)
    {
        schema.Type = OrNull(shape.Type!.Value, mayBeNull);
        schema.Items = shape.Items;
        schema.Properties = shape.Properties;
        schema.Required = shape.Required;
        schema.AdditionalProperties = shape.AdditionalProperties;
        if (OpenApiNames.IdOf(shape) is { } id)
            OpenApiNames.SetShape(schema, id);
    }
}
