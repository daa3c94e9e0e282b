using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Json;

/// <summary>Strict reading of an options document: every fault names the option, what was given and what is allowed.</summary>
internal sealed class OptionReader(JsonObject json, string prefix)
{
    public static string NameOf<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <exception cref="InvalidInputException">A name that is none of <paramref name="allowed"/>.</exception>
    public OptionReader AllowOnly(params string[] allowed)
    {
        foreach (var (name, _) in json)
        {
            if (!allowed.Contains(name, StringComparer.Ordinal))
                throw new InvalidInputException(
                    $"'{prefix}{name}' is no preprocessing option; allowed are {string.Join(", ", allowed.Select(a => prefix + a))}.");
        }

        return this;
    }

    public int Integer(string name, int fallback, int low, int high) => (int)Long(name, fallback, low, high);

    public long Long(string name, long fallback, long low, long high)
    {
        if (!json.TryGetPropertyValue(name, out var node) || node is null)
            return fallback;
        if (node.GetValueKind() == JsonValueKind.Number
            && decimal.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && value == decimal.Truncate(value) && value >= low && value <= high)
        {
            return (long)value;
        }

        throw Wrong(
            name,
            node,
            $"a whole number from {low.ToString(CultureInfo.InvariantCulture)} to {high.ToString(CultureInfo.InvariantCulture)}");
    }

    public double Number(string name, double fallback, double low, double high)
    {
        if (!json.TryGetPropertyValue(name, out var node) || node is null)
            return fallback;
        if (node.GetValueKind() == JsonValueKind.Number)
        {
            var value = double.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
            if (value >= low && value <= high)
                return value;
        }

        throw Wrong(name, node, string.Create(CultureInfo.InvariantCulture, $"a number from {low} to {high}"));
    }

    public bool Flag(string name, bool fallback)
    {
        if (!json.TryGetPropertyValue(name, out var node) || node is null)
            return fallback;
        return node.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(name, node, "true or false"),
        };
    }

    public string? Text(string name, string? fallback, int maxLength)
    {
        if (!json.TryGetPropertyValue(name, out var node) || node is null)
            return fallback;
        if (node.GetValueKind() == JsonValueKind.String && node.GetValue<string>() is { } text && text.Length <= maxLength)
            return text;
        throw Wrong(name, node, $"text of at most {maxLength} characters");
    }

    /// <summary>A value of an enumeration, by its snake_case name or its C# name, in any case.</summary>
    /// <param name="name">The option.</param>
    /// <param name="fallback">Where the document does not say.</param>
    /// <param name="spelling">How a fault spells the values; null: in snake_case.</param>
    public T Choice<T>(string name, T fallback, Func<T, string>? spelling = null) where T : struct, Enum
    {
        if (!json.TryGetPropertyValue(name, out var node) || node is null)
            return fallback;
        if (node.GetValueKind() == JsonValueKind.String)
        {
            var text = node.GetValue<string>();
            foreach (var value in Enum.GetValues<T>())
            {
                if (text.Equals(NameOf(value), StringComparison.OrdinalIgnoreCase)
                    || text.Equals(value.ToString(), StringComparison.OrdinalIgnoreCase))
                    return value;
            }
        }

        throw Wrong(name, node, $"one of {string.Join(", ", Enum.GetValues<T>().Select(spelling ?? NameOf))}");
    }

    public IReadOnlyList<string>? Names(string name, IReadOnlyList<string>? fallback)
    {
        if (!json.TryGetPropertyValue(name, out var node) || node is null)
            return fallback;
        if (node is not JsonArray items || items.Count == 0 || items.Any(i => i?.GetValueKind() != JsonValueKind.String))
            throw Wrong(name, node, "a list of at least one column name");
        var names = items.Select(i => i!.GetValue<string>()).ToList();
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Count)
            throw Wrong(name, node, "a list that names each column once");
        return names;
    }

    public IReadOnlyList<int> Integers(string name, IReadOnlyList<int> fallback, int low, int high, int maxCount)
    {
        if (!json.TryGetPropertyValue(name, out var node) || node is null)
            return fallback;
        if (node is JsonArray items && items.Count <= maxCount)
        {
            var values = new SortedSet<int>();
            foreach (var item in items)
            {
                if (item?.GetValueKind() != JsonValueKind.Number
                    || !int.TryParse(item.ToJsonString(), CultureInfo.InvariantCulture, out var value)
                    || value < low
                    || value > high)
                    throw Wrong(name, node, $"a list of whole numbers from {low} to {high}");
                values.Add(value);
            }

            return [.. values];
        }

        throw Wrong(name, node, $"a list of at most {maxCount} whole numbers from {low} to {high}");
    }

    private InvalidInputException Wrong(string name, JsonNode node, string right)
    {
        var given = node.ToJsonString();
        if (given.Length > 60)
            given = given[..60] + "...";
        return new InvalidInputException($"Option '{prefix}{name}' is {given}; it must be {right}.");
    }
}
