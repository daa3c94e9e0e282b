using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Prophet;

/// <summary>Reads one JSON object, field by field, with errors that name field, value and range.</summary>
internal sealed class HyperparameterReader(JsonObject from, string place = "")
{
    /// <summary>A number above <paramref name="above"/> up to <paramref name="most"/>.</summary>
    public double Number(string name, double usual, double above, double most) =>
        from[name] is null ? usual : RequiredNumber(name, above, most);

    public double RequiredNumber(string name, double above, double most)
    {
        var range = most >= double.MaxValue
            ? FormattableString.Invariant($"a number above {above}")
            : FormattableString.Invariant($"a number above {above} up to {most}");
        return OptionalNumber(name) is { } value && value > above && value <= most ? value : throw Wrong(name, range);
    }

    public double? OptionalNumber(string name)
    {
        if (from[name] is not { } node)
            return null;
        return node is JsonValue value
            && node.GetValueKind() == JsonValueKind.Number
            && value.TryGetValue(out double number)
            && double.IsFinite(number)
            ? number
            : throw Wrong(name, "a finite number");
    }

    public int Integer(string name, int usual, int least, int most) => from[name] is null ? usual : RequiredInteger(name, least, most);

    public int RequiredInteger(string name, int least, int most) =>
        from[name] is JsonValue && OptionalNumber(name) is { } value && value == Math.Floor(value) && value >= least && value <= most
            ? (int)value
            : throw Wrong(name, $"a whole number from {least} to {most}");

    public bool Flag(string name, bool usual) => from[name] switch
    {
        null => usual,
        { } node when node.GetValueKind() is JsonValueKind.True or JsonValueKind.False => (bool)node,
        _ => throw Wrong(name, "true or false"),
    };

    public string Choice(string name, string usual, params string[] choices) => OptionalChoice(name, choices) ?? usual;

    public string? OptionalChoice(string name, params string[] choices)
    {
        if (from[name] is not { } node)
            return null;
        return node.GetValueKind() == JsonValueKind.String && choices.Contains((string)node!)
            ? (string)node!
            : throw Wrong(name, $"one of {string.Join(", ", choices)}");
    }

    /// <summary><c>auto</c>, true (the usual order), false (0) or an order.</summary>
    public JsonNode Switch(string name, int usualOrder) => from[name] switch
    {
        null => "auto",
        { } node when node.GetValueKind() == JsonValueKind.String && (string)node! == "auto" => "auto",
        { } node when node.GetValueKind() == JsonValueKind.True => usualOrder,
        { } node when node.GetValueKind() == JsonValueKind.False => 0,
        { } node when node.GetValueKind() == JsonValueKind.Number => RequiredInteger(name, 0, 1000),
        _ => throw Wrong(name, "auto, true, false or an order from 0 to 1000"),
    };

    /// <summary>A finite number, or the name of a column.</summary>
    public JsonNode? NumberOrColumn(string name) =>
        from[name]?.GetValueKind() == JsonValueKind.String ? OptionalText(name)
        : from[name] is null or JsonValue && from[name]?.GetValueKind() is null or JsonValueKind.Number ? OptionalNumber(name)
        : throw Wrong(name, "a finite number on the series' scale or the name of a column");

    /// <summary><c>auto</c> (default), true or false.</summary>
    public JsonNode AutoOrFlag(string name) => from[name] switch
    {
        null => "auto",
        { } node when node.GetValueKind() == JsonValueKind.String && (string)node! == "auto" => "auto",
        { } node when node.GetValueKind() is JsonValueKind.True or JsonValueKind.False => (bool)node,
        _ => throw Wrong(name, "auto, true or false"),
    };

    public string? OptionalText(string name) => from[name] is null ? null : Text(name);

    public string Text(string name) =>
        from[name] is { } node && node.GetValueKind() == JsonValueKind.String && !string.IsNullOrWhiteSpace((string)node!)
            ? (string)node!
            : throw Wrong(name, "a text");

    /// <summary>A day as <c>yyyy-MM-dd</c>.</summary>
    public string Date(string name) =>
        DateOnly.TryParseExact(Text(name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : throw Wrong(name, "a day as yyyy-MM-dd");

    /// <summary>Times without a zone, ISO 8601; null where not given.</summary>
    public JsonArray? Times(string name)
    {
        if (from[name] is not { } node)
            return null;
        var times = new JsonArray();
        foreach (var item in node as JsonArray ?? throw Wrong(name, "a list of times"))
        {
            if (item?.GetValueKind() != JsonValueKind.String
                || !DateTime.TryParse((string)item!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
                || time.Kind != DateTimeKind.Unspecified)
                throw Wrong(name, "a list of times without a zone (yyyy-MM-ddTHH:mm:ss)");
            times.Add(time.ToString("s", CultureInfo.InvariantCulture));
        }

        return times;
    }

    /// <summary>A list of objects; fields no row knows are refused.</summary>
    public JsonArray Table(string name, Func<HyperparameterReader, JsonObject> read)
    {
        var table = new JsonArray();
        if (from[name] is not { } node)
            return table;
        foreach (var item in node as JsonArray ?? throw Wrong(name, "a list of objects"))
        {
            var row = new HyperparameterReader(
                item as JsonObject ?? throw Wrong(name, "a list of objects"), $"{place}{name}[{table.Count}].");
            var complete = read(row);
            row.RefuseUnknown(complete.Select(p => p.Key));
            table.Add(complete);
        }

        return table;
    }

    public void RefuseUnknown(IEnumerable<string> known)
    {
        var names = known.ToArray();
        if (from.Select(p => p.Key).FirstOrDefault(k => !names.Contains(k)) is { } unknown)
            throw new InvalidInputException($"PROPHET has no hyperparameter {place}{unknown}; there are {string.Join(", ", names)}.");
    }

    private InvalidInputException Wrong(string name, string range) =>
        new($"{place}{name} is {from[name]?.ToJsonString() ?? "missing"}; it must be {range}.");
}
