using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.OpenApi;

namespace FLTS.Host.Hosting;

/// <summary>
/// Gives every schema of a type its one place among the components, and takes out those that nothing names: what stands inline is a type
/// without a name to a generator of clients.
/// </summary>
internal sealed class OpenApiNames(OpenApiDocument document, ConcurrentDictionary<string, Type> types)
{
    /// <summary>Under this the generator keeps the name of a type that it did not make a component of.</summary>
    private const string SchemaId = "x-schema-id";
    private const string Shape = "x-flts-shape";

    private readonly IDictionary<string, IOpenApiSchema> _schemas =
        document.Components!.Schemas ??= new Dictionary<string, IOpenApiSchema>();
    private readonly HashSet<string> _named = [];

    public static string? IdOf(OpenApiSchema schema) =>
        schema.Metadata?.TryGetValue(SchemaId, out var id) == true && id is string { Length: > 0 } text ? text : null;

    public static void SetShape(OpenApiSchema schema, string id) => (schema.Metadata ??= new Dictionary<string, object>())[Shape] = id;

    public void Complete()
    {
        foreach (var server in document.Servers ?? [])
            server.Url = server.Url?.TrimEnd('/'); // Paths begin with one.
        foreach (var name in _schemas.Keys.ToList())
            Component(name);
        foreach (var content in Contents())
            content.Schema = Name(content.Schema);
        DropUnused();
    }

    /// <summary>A list of words is the same where null may stand beside it: that says the place, not the list.</summary>
    private void Component(string name)
    {
        if (!_named.Add(name) || _schemas[name] is not OpenApiSchema schema)
            return;

        schema.Type &= ~JsonSchemaType.Null;
        if (schema.Enum is { } words)
            schema.Enum = [.. words.Where(w => w is not null && !JsonNullSentinel.IsJsonNullSentinel(w))];
        Inside(schema);
        if (types.TryGetValue(name, out var type) && type.GetCustomAttribute<MoreMembersAttribute>() is { } more)
            schema.AdditionalProperties = more.MayBeText
                ? new OpenApiSchema { OneOf = OpenApiSchemas.Cell() }
                : new OpenApiSchema { Type = JsonSchemaType.Number | JsonSchemaType.Null };
    }

    private void Inside(OpenApiSchema schema)
    {
        schema.Items = Name(schema.Items);
        schema.AdditionalProperties = Name(schema.AdditionalProperties);
        foreach (var (name, member) in schema.Properties?.ToList() ?? [])
            schema.Properties![name] = Name(member)!;
        for (var i = 0; i < schema.OneOf?.Count; i++)
            schema.OneOf[i] = Name(schema.OneOf[i])!;
    }

    private IOpenApiSchema? Name(IOpenApiSchema? schema)
    {
        if (schema is not OpenApiSchema own)
            return schema;
        var id = own.Metadata?.TryGetValue(Shape, out var shape) == true ? (string)shape : IdOf(own);
        if (id is null)
        {
            Inside(own);
            return own;
        }

        var mayBeNull = own.Type?.HasFlag(JsonSchemaType.Null) == true;
        if (_schemas.TryAdd(id, own))
            Component(id);
        var reference = new OpenApiSchemaReference(id, document);
        return mayBeNull
            ? new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, reference] }
            : reference;
    }

    private IEnumerable<OpenApiOperation> Operations() => document.Paths.Values.SelectMany(p => p.Operations!.Values);

    private IEnumerable<OpenApiMediaType> Contents() =>
        from operation in Operations()
        from contents in (operation.Responses?.Values.Select(r => r.Content) ?? []).Append(operation.RequestBody?.Content)
        from content in contents?.Values ?? []
        select content;

    private void DropUnused()
    {
        var used = new HashSet<string>();
        foreach (var content in Contents())
            Use(content.Schema, used);
        foreach (var parameter in Operations().SelectMany(o => o.Parameters ?? []))
            Use(parameter.Schema, used);
        foreach (var name in _schemas.Keys.Except(used).ToList())
            _schemas.Remove(name);
    }

    private void Use(IOpenApiSchema? schema, HashSet<string> used)
    {
        if (schema is OpenApiSchemaReference { Reference.Id: { } id })
        {
            if (used.Add(id))
                Use(_schemas[id], used);
        }
        else if (schema is OpenApiSchema own)
        {
            foreach (var inner in (own.Properties?.Values ?? []).Concat(own.OneOf ?? []).Append(own.Items).Append(own.AdditionalProperties))
                Use(inner, used);
        }
    }
}
