using System.Text.Json;
using FLTS.Modules.Contracts;

namespace FLTS.Modules.Inference;

/// <summary>Body of <c>POST /predict</c>, read strictly.</summary>
internal sealed record PredictRequest(JsonElement? Data, string? IndexCol, int? InferenceLength, string? Identifier)
{
    private static readonly string[] _known = ["data", "index_col", "inference_length", "identifier"];

    /// <exception cref="InvalidInputException">Names the member and what it must be.</exception>
    public static PredictRequest Parse(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
            throw new InvalidInputException("The body must be a JSON object; {} forecasts from the newest rows.");

        JsonElement? data = null;
        string? index = null, identifier = null;
        int? length = null;
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
                    identifier = Text(property);
                    break;
                case "inference_length":
                    length = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var whole)
                        ? whole
                        : throw new InvalidInputException("'inference_length' must be a whole number of steps.");
                    break;
                default:
                    throw new InvalidInputException($"Unknown field '{property.Name}'; known are {string.Join(", ", _known)}.");
            }
        }

        return new PredictRequest(data, index, length, identifier);
    }

    private static string Text(JsonProperty property) => property.Value.ValueKind == JsonValueKind.String
        ? property.Value.GetString()!
        : throw new InvalidInputException($"'{property.Name}' must be a string.");
}

/// <summary>Answer of <c>POST /predict</c>. <paramref name="Predictions"/>: a row a step, <c>ts</c> and every target in original units.</summary>
internal sealed record PredictAnswer(
    string Status,
    string Identifier,
    string RunId,
    string ModelType,
    int Version,
    string ConfigHash,
    IReadOnlyList<Dictionary<string, object>> Predictions,
    IReadOnlyList<string>? Warnings);
