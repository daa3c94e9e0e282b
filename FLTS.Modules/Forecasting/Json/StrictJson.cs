using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Json;

/// <summary>
/// Strict reading of one JSON object: options, hyperparameters, the body of a request. A member that is null counts as absent, and what is
/// absent is null here; one that is given twice is refused; every fault is one sentence with the member's place and name, what was given
/// and what it must be. It holds nothing but the element it reads, so that large members cost nothing.
/// </summary>
internal sealed partial class StrictJson
{
    private const int LongestShown = 60;
    private readonly JsonElement _from;
    private readonly string _kind, _place;

    private StrictJson(JsonElement from, string kind, string place) => (_from, _kind, _place) = (from, kind, place);

    /// <summary>Reads a document that was put together.</summary>
    /// <param name="json">Null: nothing is given.</param>
    /// <param name="kind">What a member is called: option, hyperparameter.</param>
    /// <param name="place">What stands before a member's name in a fault, with its dot; empty: nothing.</param>
    /// <exception cref="InvalidInputException">It has no JSON form: a number that is not finite, half a character.</exception>
    public static StrictJson Of(JsonObject? json, string kind, string place = "")
    {
        try
        {
            return new StrictJson(JsonSerializer.SerializeToElement(json ?? []), kind, place);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new InvalidInputException($"What is given as {kind} has no valid JSON form: {(e.InnerException ?? e).Message}", e);
        }
    }

    /// <summary>Reads the body of a request; its members are called fields.</summary>
    /// <param name="body">As it was sent.</param>
    /// <param name="hint">What helps whoever sent no object, behind the words "a JSON object".</param>
    /// <exception cref="InvalidInputException">It is no JSON object.</exception>
    public static StrictJson Body(JsonElement body, string hint = "") => body.ValueKind == JsonValueKind.Object
        ? new StrictJson(body, "field", "")
        : throw new InvalidInputException($"The body must be a JSON object{hint}.");

    /// <summary>This, where it has no other members than these, null ones included.</summary>
    /// <exception cref="InvalidInputException">A name that is none of them, or one of them twice.</exception>
    public StrictJson AllowOnly(params string[] names)
    {
        Span<bool> given = stackalloc bool[names.Length];
        foreach (var member in _from.EnumerateObject())
        {
            var i = 0;
            while (i < names.Length && !Is(member, names[i]))
                i++;
            if (i == names.Length)
                throw new InvalidInputException(
                    $"Unknown {_kind} '{_place}{Shown(JsonMarshal.GetRawUtf8PropertyName(member))}'; {Known(names)}.");
            if (given[i])
                throw Twice(names[i]);
            given[i] = true;
        }

        return this;
    }

    /// <summary>The member as it was given.</summary>
    /// <exception cref="InvalidInputException">It is given twice.</exception>
    public JsonElement? Element(string name)
    {
        JsonElement? found = null;
        foreach (var member in _from.EnumerateObject())
        {
            if (!Is(member, name))
                continue;
            if (found is not null)
                throw Twice(name);
            found = member.Value;
        }

        return found is { ValueKind: JsonValueKind.Null } ? null : found;
    }

    /// <summary>A whole number, however it is written (<c>5</c>, <c>5.0</c>, <c>5e0</c>).</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public int? Integer(string name, int low, int high) => (int?)Long(name, low, high);

    /// <summary>As <see cref="Integer"/>, and it must be there.</summary>
    /// <exception cref="InvalidInputException">It is absent, or something else.</exception>
    public int RequiredInteger(string name, int low, int high) => Integer(name, low, high) ?? throw Wrong(name, WholeRange(low, high));

    /// <summary>As <see cref="Integer"/>, of 64 bits.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public long? Long(string name, long low, long high) => Element(name) is not { } value
        ? null
        : Whole(value, low, high) ?? throw Wrong(name, WholeRange(low, high));

    /// <summary>A finite number.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public double? Number(string name) => Element(name) is not { } value ? null : Finite(value) ?? throw Wrong(name, "a finite number");

    /// <summary>A number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public double? Number(string name, double low, double high)
    {
        if (Element(name) is not { } value)
            return null;
        return Finite(value) is { } number && number >= low && number <= high
            ? number
            : throw Wrong(name, Range(low, high));
    }

    /// <summary>A number above <paramref name="above"/>, up to <paramref name="most"/>.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public double? NumberAbove(string name, double above, double most = double.MaxValue)
    {
        if (Element(name) is not { } value)
            return null;
        return Finite(value) is { } number && number > above && number <= most ? number : throw Wrong(name, RangeAbove(above, most));
    }

    /// <summary>As <see cref="NumberAbove"/>, and it must be there.</summary>
    /// <exception cref="InvalidInputException">It is absent, or something else.</exception>
    public double RequiredNumberAbove(string name, double above, double most = double.MaxValue) =>
        NumberAbove(name, above, most) ?? throw Wrong(name, RangeAbove(above, most));

    /// <exception cref="InvalidInputException">Neither true nor false.</exception>
    public bool? Flag(string name) => Element(name)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false"),
    };

    /// <summary>Text of <paramref name="shortest"/> to <paramref name="longest"/> characters.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public string? Text(string name, int longest = int.MaxValue, int shortest = 0)
    {
        if (Element(name) is not { } value)
            return null;
        return String(value) is { } text && text.Length >= shortest && text.Length <= longest
            ? text
            : throw Wrong(
                name,
                longest == int.MaxValue ? "text" : shortest > 0 ? $"text of {shortest} to {longest} characters"
                : $"text of at most {longest} characters");
    }

    /// <summary>Text that must be there.</summary>
    /// <param name="name">The member.</param>
    /// <param name="right">What a fault says it must be.</param>
    /// <exception cref="InvalidInputException">It is absent, or no text.</exception>
    public string RequiredText(string name, string right = "text") =>
        Element(name) is { } value && String(value) is { } text ? text : throw Wrong(name, right);

    /// <summary>One of these words, letter for letter.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public string? Word(string name, params string[] words)
    {
        if (Element(name) is not { } value)
            return null;
        return String(value) is { } text && words.Contains(text, StringComparer.Ordinal)
            ? text
            : throw Wrong(name, $"one of {string.Join(", ", words)}");
    }

    /// <summary>A value of an enumeration by its snake_case name, letter for letter.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public TEnum? Word<TEnum>(string name)
        where TEnum : struct, Enum
    {
        var values = Enum.GetValues<TEnum>();
        string[] words = [.. values.Select(JsonFormat.NameOf)];
        return Word(name, words) is { } word ? values[Array.IndexOf(words, word)] : null;
    }

    /// <summary>A value of an enumeration by its snake_case name or its C# name, in any case.</summary>
    /// <param name="name">The member.</param>
    /// <param name="spelling">How a fault spells the values; null: in snake_case.</param>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public TEnum? Choice<TEnum>(string name, Func<TEnum, string>? spelling = null)
        where TEnum : struct, Enum
    {
        if (Element(name) is not { } value)
            return null;
        var values = Enum.GetValues<TEnum>();
        if (String(value) is { } text)
        {
            foreach (var choice in values)
            {
                if (text.Equals(JsonFormat.NameOf(choice), StringComparison.OrdinalIgnoreCase)
                    || text.Equals(choice.ToString(), StringComparison.OrdinalIgnoreCase))
                    return choice;
            }
        }

        throw Wrong(name, $"one of {string.Join(", ", values.Select(spelling ?? JsonFormat.NameOf))}");
    }

    /// <summary>A day as <c>yyyy-MM-dd</c>.</summary>
    /// <exception cref="InvalidInputException">It is absent, or something else.</exception>
    public DateOnly RequiredDate(string name) =>
        Element(name) is { } value
        && DateOnly.TryParseExact(String(value), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : throw Wrong(name, "a day as yyyy-MM-dd");

    /// <summary>The fault of a member that is not what it must be.</summary>
    /// <param name="name">The member.</param>
    /// <param name="right">What it must be.</param>
    public InvalidInputException Wrong(string name, string right) => Wrong(name, Element(name), right);

    private InvalidInputException Wrong(string name, JsonElement? given, string right)
    {
        var shown = given is { } value ? Shown(JsonMarshal.GetRawUtf8Value(value)) : "missing";
        return new InvalidInputException($"'{_place}{name}' is {shown}; it must be {right}.");
    }

    private InvalidInputException Twice(string name) => new($"'{_place}{name}' is given twice.");

    private static string Known(string[] names) => names.Length switch
    {
        0 => "none is known",
        1 => $"known is {names[0]}",
        _ => $"known are {string.Join(", ", names)}",
    };

    /// <summary>The beginning of what was given. No more of it is decoded than is shown: it may be megabytes.</summary>
    internal static string Shown(ReadOnlySpan<byte> utf8)
    {
        // A character is at most four bytes; bytes that are none are shown as U+FFFD.
        var text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, (LongestShown + 1) * 4)]);
        if (text.Length <= LongestShown)
            return text;
        return text[..(char.IsHighSurrogate(text[LongestShown - 1]) ? LongestShown - 1 : LongestShown)] + "...";
    }

    // JSON allows escapes of half a character; such a name is nobody's.
    private static bool Is(JsonProperty member, string name)
    {
        try
        {
            return member.NameEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Null: no text, or text with half a character, which JSON allows and text does not.</summary>
    private static string? String(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static double? Finite(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;

    // A decimal takes 1e-30 for 0, and a double 2.00000000000000001 for 2: whole is what both say is.
    private static long? Whole(JsonElement value, long low, long high) =>
        Finite(value) is { } near && near == Math.Floor(near)
        && value.TryGetDecimal(out var exact) && exact == decimal.Truncate(exact) && exact >= low && exact <= high
            ? (long)exact
            : null;

    private static string WholeRange(long low, long high) =>
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {low} to {high}");

    private static string Range(double low, double high) => string.Create(CultureInfo.InvariantCulture, $"a number from {low} to {high}");

    private static string RangeAbove(double above, double most) => most >= double.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"a number above {above}")
        : string.Create(CultureInfo.InvariantCulture, $"a number above {above} up to {most}");
}
