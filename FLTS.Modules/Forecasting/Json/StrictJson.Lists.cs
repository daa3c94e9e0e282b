using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Json;

/// <summary>Members that are lists or objects themselves.</summary>
internal sealed partial class StrictJson
{
    /// <summary>A list of 1 to <paramref name="most"/> texts.</summary>
    /// <param name="name">The member.</param>
    /// <param name="right">What a fault says it must be.</param>
    /// <param name="most">Longest list.</param>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public IReadOnlyList<string>? Strings(string name, string right, int most = int.MaxValue)
    {
        if (Element(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0 || value.GetArrayLength() > most)
            throw Wrong(name, value, right);
        return [.. value.EnumerateArray().Select(item => String(item) ?? throw Wrong(name, value, right))];
    }

    /// <summary>Names of columns, at least one, each once.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public IReadOnlyList<string>? Names(string name)
    {
        var names = Strings(name, "a list of at least one column name");
        return names is null || names.Distinct(StringComparer.Ordinal).Count() == names.Count
            ? names
            : throw Wrong(name, "a list that names each column once");
    }

    /// <summary>At most <paramref name="most"/> whole numbers, in any order; rising and each once here.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public IReadOnlyList<int>? Integers(string name, int low, int high, int most)
    {
        if (Element(name) is not { } value)
            return null;
        var right = string.Create(CultureInfo.InvariantCulture, $"a list of at most {most} whole numbers from {low} to {high}");
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most)
            throw Wrong(name, value, right);
        var numbers = value.EnumerateArray().Select(item => (int)(Whole(item, low, high) ?? throw Wrong(name, value, right)));
        return [.. numbers.Distinct().Order()];
    }

    /// <summary>Times without a zone, in ISO 8601.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public IReadOnlyList<DateTime>? Times(string name)
    {
        if (Element(name) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Select(Time).ToList() is var times && !times.Contains(null)
            ? [.. times.Select(t => t!.Value)]
            : throw Wrong(name, value, "a list of times without a zone (yyyy-MM-ddTHH:mm:ss)");
    }

    /// <summary>Numbers by names that the client chooses, at least one; null is none of them.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public IReadOnlyDictionary<string, double>? Numbers(string name, double low, double high)
    {
        if (Element(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Object || !value.EnumerateObject().Any())
            throw Wrong(name, value, "a JSON object of at least one number");
        RefuseUnclear(value, _place + name);
        var inner = new StrictJson(value, _kind, $"{_place}{name}.");
        return value.EnumerateObject().ToDictionary(
            m => m.Name,
            m => Finite(m.Value) is { } number && number >= low && number <= high
                ? number
                : throw inner.Wrong(m.Name, m.Value, Range(low, high)),
            StringComparer.Ordinal);
    }

    /// <summary>Texts of at most <paramref name="longest"/> characters by names that the client chooses.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public IReadOnlyDictionary<string, string>? Texts(string name, int longest)
    {
        if (Element(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong(name, value, "a JSON object of texts");
        RefuseUnclear(value, _place + name);
        var inner = new StrictJson(value, _kind, $"{_place}{name}.");
        return value.EnumerateObject().ToDictionary(
            m => m.Name,
            m => String(m.Value) is { } text && text.Length <= longest
                ? text
                : throw inner.Wrong(m.Name, m.Value, $"text of at most {longest} characters"),
            StringComparer.Ordinal);
    }

    /// <summary>An object; its members are named <c>name.member</c> in faults.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public StrictJson? Object(string name)
    {
        if (Element(name) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Object
            ? new StrictJson(value, _kind, $"{_place}{name}.")
            : throw Wrong(name, value, "a JSON object");
    }

    /// <summary>An object as a document of its own, to be merged and read later; empty where it is absent.</summary>
    /// <exception cref="InvalidInputException">Something else, or one that has a member twice, at whatever depth.</exception>
    public JsonObject Document(string name)
    {
        if (Element(name) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong(name, value, "a JSON object");
        return Node(name)!.AsObject();
    }

    /// <summary>A member of whatever type as a node of its own, to be read later as what it must be.</summary>
    /// <exception cref="InvalidInputException">Something in it has a member twice, at whatever depth.</exception>
    public JsonNode? Node(string name)
    {
        if (Element(name) is not { } value)
            return null;
        RefuseUnclear(value, _place + name);
        var own = value.Clone(); // A body ends with its request.
        return own.ValueKind switch
        {
            JsonValueKind.Object => JsonObject.Create(own),
            JsonValueKind.Array => JsonArray.Create(own),
            _ => JsonValue.Create(own),
        };
    }

    /// <summary>A list of objects; their members are named <c>name[i].member</c> in faults.</summary>
    /// <param name="name">The member.</param>
    /// <param name="right">What a fault says it must be.</param>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public IReadOnlyList<StrictJson>? Objects(string name, string right = "a list of objects")
    {
        if (Element(name) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
            ? [.. value.EnumerateArray().Select((item, i) => new StrictJson(item, _kind, $"{_place}{name}[{i}]."))]
            : throw Wrong(name, value, right);
    }

    private static DateTime? Time(JsonElement item) =>
        DateTime.TryParse(String(item), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
        && time.Kind == DateTimeKind.Unspecified
            ? time
            : null;

    // What is merged becomes a JsonObject, which knows a name once and only text that is Unicode; it would fail late, and as an accident.
    private static void RefuseUnclear(JsonElement value, string place)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var names = new HashSet<string>(StringComparer.Ordinal);
                foreach (var member in value.EnumerateObject())
                {
                    var name = NameOf(member) ?? throw new InvalidInputException($"'{place}' has a name that is not valid Unicode.");
                    if (!names.Add(name))
                        throw new InvalidInputException($"'{place}.{name}' is given twice.");
                    RefuseUnclear(member.Value, $"{place}.{name}");
                }

                break;
            case JsonValueKind.Array:
                foreach (var (i, item) in value.EnumerateArray().Index())
                    RefuseUnclear(item, $"{place}[{i}]");
                break;
            case JsonValueKind.String when String(value) is null:
                throw new InvalidInputException($"'{place}' is text that is not valid Unicode.");
        }
    }

    private static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
