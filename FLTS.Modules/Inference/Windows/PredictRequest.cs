using System.Text.Json;
using FLTS.Forecasting.Json;

namespace FLTS.Modules.Inference.Windows;

/// <summary>Body of <c>POST /predict</c>, read strictly; its rows are read by <see cref="WindowReader"/>, which knows the model.</summary>
internal sealed record PredictRequest(
    JsonElement? Data,
    string? IndexCol,
    int? InferenceLength,
    Identifier? Identifier,
    IReadOnlyList<double> Levels,
    JsonElement? Future = null,
    IReadOnlyList<ComingHoliday>? Holidays = null,
    bool EndsNow = false)
{
    private static readonly string[] _known =
        ["data", "index_col", "inference_length", "identifier", "level", "future", "holidays", "origin"];

    /// <summary>Most levels of intervals in one request.</summary>
    private const int MostLevels = 10;

    /// <summary>Read once, when it is looked at; what is wrong with it is told every time.</summary>
    public static Lazy<PredictRequest> Of(JsonElement body) => new(() => Parse(body));

    /// <exception cref="InvalidInputException">Names the member and what it must be.</exception>
    public static PredictRequest Parse(JsonElement body)
    {
        var read = StrictJson.Body(body, "; {} forecasts from the newest rows").AllowOnly(_known);
        return new PredictRequest(
            read.Element("data"),
            read.Text("index_col"),
            read.Integer("inference_length", 1, int.MaxValue),
            read.Text("identifier") is { } identifier ? new Identifier(identifier) : null,
            LevelsOf(read),
            read.Element("future"),
            ComingValues.Holidays(read),
            IsNow(read));
    }

    /// <summary>The list in the body of <c>POST /predict/batch</c>; what is wrong with an item is that item's answer.</summary>
    /// <exception cref="InvalidInputException">Names the member and what it must be.</exception>
    public static JsonElement Batch(JsonElement body)
    {
        var read = StrictJson.Body(body, " such as {\"items\": [{}]}").AllowOnly("items");
        return read.Element("items") is { ValueKind: JsonValueKind.Array } items
            ? items
            : throw read.Wrong("items", "a list, each item as the body of POST /predict");
    }

    private static bool IsNow(StrictJson read) => read.Text("origin") switch
    {
        null => false,
        "now" when read.Element("data") is not null => true,
        "now" => throw new InvalidInputException("'origin' is \"now\", but there are no rows as 'data' that could end now; leave it out."),
        _ => throw read.Wrong("origin", "\"now\", for rows in 'data' that have no times and end now"),
    };

    private static List<double> LevelsOf(StrictJson read)
    {
        var levels = new List<double>();
        if (read.Element("level") is not { } value)
            return levels;
        if (value.ValueKind != JsonValueKind.Array)
        {
            Add(value);
            return levels;
        }

        foreach (var item in value.EnumerateArray())
            Add(item);

        return levels;

        void Add(JsonElement item)
        {
            if (item.ValueKind != JsonValueKind.Number
                || !item.TryGetDouble(out var level)
                || level is not (> 0 and < 100)
                || levels.Count == MostLevels)
                throw read.Wrong("level", $"a percentage between 0 and 100 such as 80, or a list of at most {MostLevels} of them");
            if (!levels.Contains(level))
                levels.Add(level);
        }
    }
}
