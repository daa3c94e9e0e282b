using System.Text;
using System.Text.Json;

namespace FLTS.Forecasting.Json;

/// <summary>
/// What holds for every JSON that is sent, whatever it means: an object names a member once, and text is Unicode without control
/// characters. Databases, files and other programs could not keep it else.
/// </summary>
internal static class JsonText
{
    /// <summary>Looks through the value on which the reader stands.</summary>
    /// <param name="reader">A copy: the caller's own stays where it is.</param>
    /// <param name="member">Whose value it is; empty: the body's.</param>
    /// <exception cref="InvalidInputException">Names the member.</exception>
    public static void Check(Utf8JsonReader reader, string member = "")
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            if (reader.TokenType == JsonTokenType.String && !IsPlain(ref reader))
                _ = Text(ref reader, member);
            return;
        }

        var open = new Stack<HashSet<string>?>(); // Names so far of each object around; a list has none.
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    open.Push(new HashSet<string>(StringComparer.Ordinal));
                    break;
                case JsonTokenType.StartArray:
                    open.Push(null);
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    member = Text(ref reader, member);
                    if (!open.Peek()!.Add(member))
                        throw new InvalidInputException($"'{member}' is given twice.");
                    break;
                case JsonTokenType.String when !IsPlain(ref reader):
                    _ = Text(ref reader, member);
                    break;
            }
        }
        while (open.Count > 0 && reader.Read());
    }

    /// <summary>Most text is: times and names of the Latin alphabet, without escapes.</summary>
    public static bool IsPlain(ref Utf8JsonReader reader) =>
        !reader.ValueIsEscaped && !reader.HasValueSequence && Ascii.IsValid(reader.ValueSpan) && !reader.ValueSpan.Contains((byte)0x7F);

    /// <summary>The text, or the name of a member, on which the reader stands.</summary>
    /// <param name="reader">Stays where it is.</param>
    /// <param name="member">Whose value it is; empty: the body's.</param>
    /// <exception cref="InvalidInputException">It is not Unicode, or holds a control character; names the member.</exception>
    public static string Text(ref Utf8JsonReader reader, string member)
    {
        var where = member.Length == 0 ? "The body" : $"'{member}'";
        string text;
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidInputException($"{where} holds text that is not valid Unicode; send UTF-8 and whole characters.", e);
        }

        var control = text.FirstOrDefault(Sentence.IsHidden, ' ');
        return control == ' '
            ? text
            : throw new InvalidInputException($"{where} holds the control character U+{(int)control:X4}; text may hold none.");
    }
}
