using System.Text.Json;
using FLTS.Forecasting.Json;

namespace FLTS.Modules.Inference.Windows;

/// <summary>From the bytes of a body to a <see cref="PredictRequest"/>, in one pass.</summary>
internal static class PredictRequestReader
{
    /// <summary>Most levels of intervals in one request.</summary>
    public const int MostLevels = 10;

    private const string NoObject = "The body must be a JSON object; {} forecasts from the newest rows.";

    /// <summary>Members without a meaning that are passed over, and those of them that are told by name.</summary>
    private const int MostUnknown = 100, MostTold = 10;

    private static readonly string[] _known =
        ["data", "index_col", "inference_length", "identifier", "level", "future", "holidays", "origin"];

    private static readonly byte[][] _utf8 = [.. _known.Select(System.Text.Encoding.UTF8.GetBytes)];

    /// <returns>What is wrong with it, told by the member's name; null: nothing.</returns>
    /// <exception cref="JsonException">It is no JSON, to its end.</exception>
    public static FltsException? Read(ReadOnlySpan<byte> body, PredictRequest into)
    {
        var reader = new Utf8JsonReader(body);
        FltsException? fault = null;
        try
        {
            try
            {
                reader.Read();
                Object(ref reader, body, into);
            }
            catch (FltsException e)
            {
                fault = e;
            }

            ReadOn(ref reader); // What is no JSON further on is told first: the rest of such a body means nothing.
            return fault;
        }
        catch (JsonException)
        {
            var whole = new Utf8JsonReader(body); // Read from its beginning it is told at which line and byte.
            ReadOn(ref whole);
            throw;
        }
    }

    private static void ReadOn(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
        }
    }

    private static void Object(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, PredictRequest into)
    {
        var length = body.Length; // Of which the reader has what is left.
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            JsonText.Check(reader);
            throw new InvalidInputException(NoObject);
        }

        var (given, origin) = (0, (string?)null);
        HashSet<string>? unknown = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var member = Known(ref reader);
            if (member < 0)
            {
                Pass(ref reader, unknown ??= new HashSet<string>(StringComparer.Ordinal));
                continue;
            }

            if ((given & (1 << member)) != 0)
                throw new InvalidInputException($"'{_known[member]}' is given twice.");
            given |= 1 << member;
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
                continue;
            switch (_known[member])
            {
                case "data":
                    Columns(ref reader, ref body, length, into.Data, "'data' must be an object of lists, one a column.");
                    break;
                case "future":
                    Columns(
                        ref reader,
                        ref body,
                        length,
                        into.Future,
                        "'future' must be an object of lists, one a column, with a value a step.");
                    break;
                case "inference_length":
                    into.InferenceLength = Whole(ref reader, body, "inference_length");
                    break;
                case "level":
                    Levels(ref reader, body, into);
                    break;
                case "holidays":
                    into.Holidays = ComingValues.Holidays(Holidays(ref reader, body));
                    break;
                case "identifier":
                    into.Identifier = new Identifier(Text(ref reader, body, "identifier"));
                    break;
                case "index_col":
                    into.IndexCol = Text(ref reader, body, "index_col");
                    break;
                default:
                    origin = Origin(ref reader, body);
                    break;
            }
        }

        if (origin is not null && !into.Data.IsGiven)
            throw new InvalidInputException("'origin' is \"now\", but there are no rows as 'data' that could end now; leave it out.");
        into.EndsNow = origin is not null;
        into.Warning = unknown is null ? null : Unused(unknown);
    }

    /// <summary>Which of the known names the reader stands on; -1: none.</summary>
    private static int Known(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
            return Array.IndexOf(_known, JsonText.Text(ref reader, ""));
        for (var i = 0; i < _utf8.Length; i++)
        {
            if (reader.ValueSpan.SequenceEqual(_utf8[i]))
                return i;
        }

        return -1;
    }

    /// <summary>A member of a name that means nothing here; one that was meant for another is told.</summary>
    private static void Pass(ref Utf8JsonReader reader, HashSet<string> unknown)
    {
        var name = JsonText.Text(ref reader, "");
        if (NearName.Find(name, _known) is { } near)
            throw new InvalidInputException(
                $"Unknown field '{name}'; perhaps '{near}' is meant. Known are {string.Join(", ", _known)}.");
        reader.Read();
        JsonText.Check(reader, name);
        reader.Skip();
        if (!unknown.Add(name))
            throw new InvalidInputException($"'{name}' is given twice.");
        if (unknown.Count > MostUnknown)
            throw new InvalidInputException($"More than {MostUnknown} fields are not known; known are {string.Join(", ", _known)}.");
    }

    private static string Unused(HashSet<string> names)
    {
        var told = string.Join(", ", names.Take(MostTold).Select(name => $"'{name}'"));
        return $"Not used, as no such field is known: {told}{(names.Count > MostTold ? " and others" : "")}.";
    }

    private static void Columns(
        ref Utf8JsonReader reader, ref ReadOnlySpan<byte> body, int length, SentColumns into, string right)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new InvalidInputException(right);
        into.Read(ref reader, ref body, length);
    }

    private static string Text(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, string name) =>
        reader.TokenType == JsonTokenType.String ? JsonText.Text(ref reader, name) : throw Wrong(ref reader, body, name, "text");

    /// <summary>A whole number, however it is written (<c>5</c>, <c>5.0</c>, <c>5e0</c>).</summary>
    private static int Whole(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, string name)
    {
        var isNumber = reader.TokenType == JsonTokenType.Number;
        if (isNumber && reader.TryGetInt32(out var plain) && plain >= 1)
            return plain;
        return isNumber
            && reader.TryGetDouble(out var near) && near == Math.Floor(near)
            && reader.TryGetDecimal(out var exact) && exact == decimal.Truncate(exact) && exact is >= 1 and <= int.MaxValue
                ? (int)exact
                : throw Wrong(ref reader, body, name, $"a whole number from 1 to {int.MaxValue}");
    }

    private static void Levels(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, PredictRequest into)
    {
        var whole = reader; // What is wrong with a level is told of all of them.
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            Level(ref reader, ref whole, body, into);
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            Level(ref reader, ref whole, body, into);
    }

    private static void Level(ref Utf8JsonReader reader, ref Utf8JsonReader whole, ReadOnlySpan<byte> body, PredictRequest into)
    {
        if (reader.TokenType != JsonTokenType.Number
            || !reader.TryGetDouble(out var level)
            || level is not (> 0 and < 100)
            || into.Levels.Count == MostLevels)
            throw Wrong(
                ref whole, body, "level", $"a percentage between 0 and 100 such as 80, or a list of at most {MostLevels} of them");
        into.Add(level);
    }

    /// <summary>A document of that member alone: it is rare, short, and of several kinds of fault.</summary>
    private static StrictJson Holidays(ref Utf8JsonReader reader, ReadOnlySpan<byte> body)
    {
        JsonText.Check(reader, "holidays");
        return StrictJson.Body(JsonElement.Parse([.. "{\"holidays\":"u8, .. Value(ref reader, body), (byte)'}']));
    }

    private static string Origin(ref Utf8JsonReader reader, ReadOnlySpan<byte> body) =>
        reader.TokenType == JsonTokenType.String && JsonText.Text(ref reader, "origin") == "now"
            ? "now"
            : throw Wrong(ref reader, body, "origin", "\"now\", for rows in 'data' that have no times and end now");

    private static InvalidInputException Wrong(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, string name, string right)
    {
        JsonText.Check(reader, name);
        return new InvalidInputException($"'{name}' is {StrictJson.Shown(Value(ref reader, body))}; it must be {right}.");
    }

    /// <summary>The value on which the reader stands, which then stands at its end.</summary>
    private static ReadOnlySpan<byte> Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> body)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return body[start..(int)reader.BytesConsumed];
    }
}
