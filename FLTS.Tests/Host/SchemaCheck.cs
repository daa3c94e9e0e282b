using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FLTS.Tests.Host;

/// <summary>
/// Whether a JSON value is as a schema of an OpenAPI document says. Stricter than JSON Schema in one thing: a member that the schema does
/// not name is wrong, unless it says that there are others.
/// </summary>
internal sealed class SchemaCheck(JsonObject document)
{
    /// <summary>What is wrong, each with its place.</summary>
    public IEnumerable<string> Check(JsonNode? value, JsonNode schema, string at = "$")
    {
        var of = Resolve(schema).AsObject();
        if (of["oneOf"] is JsonArray choices)
        {
            var tried = choices.Select(c => Check(value, c!, at).ToList()).ToList();
            return tried.Exists(t => t.Count == 0) ? [] : tried.MaxBy(t => t.Count)!;
        }

        var types = TypesOf(of);
        if (types.Count == 0)
            return [$"{at}: the schema says nothing"];
        if (!types.Exists(t => Is(value, t)))
            return [$"{at}: {Kind(value)} is none of {string.Join(", ", types)}"];
        if (of["enum"] is JsonArray words && value is not null && !words.Any(w => JsonNode.DeepEquals(w, value)))
            return [$"{at}: {value.ToJsonString()} is none of {words.ToJsonString()}"];
        if (of["format"]?.GetValue<string>() == "date-time" && value is not null
            && !IsInstant(value.GetValue<string>()))
            return [$"{at}: {value.ToJsonString()} is no instant"];

        return value switch
        {
            JsonObject members => Members(members, of, at),
            JsonArray items => of["items"] is { } item
                ? items.SelectMany((v, i) => Check(v, item, $"{at}[{i}]"))
                : types.Contains("string") ? [] : [$"{at}: nothing is said of its items"],
            _ => [],
        };
    }

    /// <summary>Every place of a schema that says nothing of what stands there.</summary>
    public IEnumerable<string> Silent(JsonNode schema, string at, IReadOnlySet<string>? seen = null)
    {
        var known = new HashSet<string>(seen ?? new HashSet<string>());
        if (schema["$ref"] is { } reference && !known.Add(reference.GetValue<string>()))
            return [];
        var of = Resolve(schema).AsObject();
        if (of["oneOf"] is JsonArray choices)
            return choices.SelectMany(c => Silent(c!, at, known));

        var types = TypesOf(of);
        IEnumerable<string> here = types.Count == 0 ? [$"{at}: no type"] : [];
        if (types.Contains("array") && of["items"] is null && !types.Contains("string"))
            here = here.Append($"{at}: no items");
        if (of["items"] is { } item)
            here = here.Concat(Silent(item, $"{at}[]", known));
        if (of["additionalProperties"] is JsonObject others)
            here = here.Concat(Silent(others, $"{at}.*", known));
        return here.Concat((of["properties"]?.AsObject() ?? []).SelectMany(p => Silent(p.Value!, $"{at}.{p.Key}", known)));
    }

    public JsonNode Resolve(JsonNode schema)
    {
        while (schema["$ref"] is { } reference)
        {
            schema = reference.GetValue<string>().TrimStart('#', '/').Split('/').Aggregate((JsonNode)document, (node, name) => node[name]!)
                ?? throw new InvalidOperationException($"{reference} leads nowhere.");
        }

        return schema;
    }

    private IEnumerable<string> Members(JsonObject members, JsonObject of, string at)
    {
        var named = of["properties"]?.AsObject() ?? [];
        foreach (var name in (of["required"]?.AsArray() ?? []).Select(r => r!.GetValue<string>()).Where(r => !members.ContainsKey(r)))
            yield return $"{at}: '{name}' is missing";
        foreach (var (name, value) in members)
        {
            var schema = named[name] ?? of["additionalProperties"];
            if (schema is JsonObject)
            {
                foreach (var wrong in Check(value, schema, $"{at}.{name}"))
                    yield return wrong;
            }
            else if (named.Count > 0)
            {
                yield return $"{at}: nothing is said of '{name}'";
            }
        }
    }

    private static List<string> TypesOf(JsonObject schema) => schema["type"] switch
    {
        JsonArray types => [.. types.Select(t => t!.GetValue<string>())],
        { } type => [type.GetValue<string>()],
        null => [],
    };

    private static bool Is(JsonNode? value, string type) => Kind(value) == type || (type == "number" && Kind(value) == "integer");

    /// <summary>With an offset: a client would take one without for its own zone's time.</summary>
    private static bool IsInstant(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _) && (text[^1] == 'Z' || text[^6] is '+' or '-');

    private static bool IsWhole(string number) => number.AsSpan().IndexOfAny('.', 'e', 'E') < 0;

    private static string Kind(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        _ => IsWhole(value.ToJsonString()) ? "integer" : "number",
    };
}
