using System.Text.Json;

namespace FLTS.Modules.Inference.Windows;

/// <summary>Body of <c>POST /predict</c>, read strictly; its rows are read by <see cref="WindowReader"/>, which knows the model.</summary>
internal sealed record PredictRequest(
    JsonElement? Data,
    string? IndexCol,
    int? InferenceLength,
    Identifier? Identifier,
    IReadOnlyList<double> Levels,
    JsonElement? Future = null,
    IReadOnlyList<ComingHoliday>? Holidays = null)
{
    private static readonly string[] _known = ["data", "index_col", "inference_length", "identifier", "level", "future", "holidays"];

    /// <summary>Most levels of intervals in one request.</summary>
    private const int MostLevels = 10;

    /// <exception cref="InvalidInputException">Names the member and what it must be.</exception>
    public static PredictRequest Parse(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
            throw new InvalidInputException("The body must be a JSON object; {} forecasts from the newest rows.");

        JsonElement? data = null, future = null;
        IReadOnlyList<ComingHoliday>? holidays = null;
        string? index = null;
        Identifier? identifier = null;
        int? length = null;
        IReadOnlyList<double> levels = [];
        foreach (var property in body.EnumerateObject())
        {
            var value = property.Value;
            if (value.ValueKind == JsonValueKind.Null && _known.Contains(property.Name, StringComparer.Ordinal))
                continue;

            switch (property.Name)
            {
                case "data":
                    data = value;
                    break;
                case "index_col":
                    index = Text(property);
                    break;
                case "identifier":
                    identifier = new Identifier(Text(property));
                    break;
                case "inference_length":
                    length = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var whole)
                        ? whole
                        : throw new InvalidInputException("'inference_length' must be a whole number of steps.");
                    break;
                case "level":
                    levels = ReadLevels(value);
                    break;
                case "future":
                    future = value;
                    break;
                case "holidays":
                    holidays = ComingValues.Holidays(value);
                    break;
                default:
                    throw new InvalidInputException($"Unknown field '{property.Name}'; known are {string.Join(", ", _known)}.");
            }
        }

        return new PredictRequest(data, index, length, identifier, levels, future, holidays);
    }

    private static List<double> ReadLevels(JsonElement value)
    {
        var levels = new List<double>();
        foreach (var item in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
        {
            if (item.ValueKind != JsonValueKind.Number
                || !item.TryGetDouble(out var level)
                || level is not (> 0 and < 100)
                || levels.Count == MostLevels)
                throw new InvalidInputException(
                    $"'level' must be a percentage between 0 and 100 such as 80, or a list of at most {MostLevels} of them.");
            if (!levels.Contains(level))
                levels.Add(level);
        }

        return levels;
    }

    private static string Text(JsonProperty property) => property.Value.ValueKind == JsonValueKind.String
        ? property.Value.GetString()!
        : throw new InvalidInputException($"'{property.Name}' must be a string.");
}
