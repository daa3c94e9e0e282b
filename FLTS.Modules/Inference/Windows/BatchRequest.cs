using System.Text.Json;
using FLTS.Forecasting.Json;

namespace FLTS.Modules.Inference.Windows;

/// <summary>Body of <c>POST /predict/batch</c>: a list of bodies of <c>POST /predict</c>.</summary>
internal static class BatchRequest
{
    private const string Right = "a list, each item as the body of POST /predict";

    /// <summary>The items as they were sent; what is wrong with one is that item's answer.</summary>
    /// <param name="body">UTF-8.</param>
    /// <exception cref="InvalidInputException">Names the member and what it must be.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Items(ReadOnlyMemory<byte> body)
    {
        RefuseNoJson(body.Span);
        var reader = new Utf8JsonReader(body.Span);
        reader.Read();
        JsonText.Check(reader);
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new InvalidInputException("The body must be a JSON object such as {\"items\": [{}]}.");

        List<ReadOnlyMemory<byte>>? items = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (JsonText.Text(ref reader, "") is var name and not "items")
                throw new InvalidInputException($"Unknown field '{name}'; known is items.");
            reader.Read();
            items = Items(ref reader, body);
        }

        return items ?? throw new InvalidInputException($"'items' is missing; it must be {Right}.");
    }

    private static List<ReadOnlyMemory<byte>> Items(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var from = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            var shown = StrictJson.Shown(body.Span[from..(int)reader.BytesConsumed]);
            throw new InvalidInputException($"'items' is {(shown == "null" ? "missing" : shown)}; it must be {Right}.");
        }

        var items = new List<ReadOnlyMemory<byte>>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(body[start..(int)reader.BytesConsumed]);
        }

        return items;
    }

    private static void RefuseNoJson(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
        }
    }
}
