using System.Text;
using System.Text.Json;
using FLTS.Forecasting.Series.Csv;

namespace FLTS.Modules.Inference.Windows;

/// <summary>Values of a list as the model's dataset is read, where they are more than plain numbers.</summary>
internal static class SentCells
{
    /// <summary>Characters of a value that a fault tells.</summary>
    private const int LongestShown = 40;

    /// <summary>Reads a list as cells of a measured column.</summary>
    /// <param name="request">Has the text.</param>
    /// <param name="columns">Has the list.</param>
    /// <param name="list">The list.</param>
    /// <param name="cells">As the dataset is read.</param>
    /// <param name="into">[rows] NaN where a value is missing.</param>
    /// <returns>The first row, from 0, that is no number, and what it is; -1: none.</returns>
    public static (int Row, string? Shown) Numbers(
        PredictRequest request, SentColumns columns, SentColumn list, CellReader cells, Span<double> into)
    {
        columns.Numbers(list).CopyTo(into);
        if (list.IsOfNumbers)
            return (-1, null);

        var text = request.TextOf(list);
        var reader = new Utf8JsonReader(text);
        reader.Read();
        for (var row = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; row++)
        {
            var isRight = reader.TokenType switch
            {
                JsonTokenType.Number => Math.Abs(into[row]) <= CsvBlock.Largest,
                JsonTokenType.String => TryCell(ref reader, cells, out into[row]),
                JsonTokenType.Null or JsonTokenType.True or JsonTokenType.False => true,
                _ => false,
            };
            if (!isRight)
                return (row, Show(Value(ref reader, text)));
        }

        return (-1, null);
    }

    /// <summary>A value as it was sent, shortened.</summary>
    public static string Show(PredictRequest request, SentColumn list, int row)
    {
        var text = request.TextOf(list);
        var reader = new Utf8JsonReader(text);
        reader.Read();
        for (reader.Read(); row > 0; row--)
        {
            reader.Skip();
            reader.Read();
        }

        return Show(Value(ref reader, text));
    }

    /// <summary>What a fault tells of a value.</summary>
    public static string Show(ReadOnlySpan<byte> value)
    {
        var text = Encoding.UTF8.GetString(value[..Math.Min(value.Length, (LongestShown + 1) * 4)]);
        return text.Length > LongestShown ? $"{text[..LongestShown]}..." : text;
    }

    /// <summary>The value on which the reader stands, which then stands at its end.</summary>
    public static ReadOnlySpan<byte> Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return text[start..(int)reader.BytesConsumed];
    }

    /// <summary>The characters of a text on which the reader stands.</summary>
    public static ReadOnlySpan<byte> Characters(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;

    private static bool TryCell(ref Utf8JsonReader reader, CellReader cells, out double value) =>
        cells.Read(Characters(ref reader), out value) is CellKind.Number or CellKind.CommaNumber or CellKind.Missing;
}
