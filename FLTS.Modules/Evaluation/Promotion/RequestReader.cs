using System.Text.Json;

namespace FLTS.Modules.Evaluation.Promotion;

/// <summary>Members of a small JSON body, each checked by name.</summary>
internal static class RequestReader
{
    /// <summary>The members that are given and not null.</summary>
    /// <exception cref="InvalidInputException">No object, an unknown member, or one that is given twice.</exception>
    public static Dictionary<string, JsonElement> Members(JsonElement body, string[] known)
    {
        if (body.ValueKind != JsonValueKind.Object)
            throw new InvalidInputException("The body must be a JSON object.");

        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in body.EnumerateObject())
        {
            if (!known.Contains(member.Name, StringComparer.Ordinal))
                throw new InvalidInputException($"Unknown field '{member.Name}'; known are {string.Join(", ", known)}.");
            if (member.Value.ValueKind != JsonValueKind.Null && !members.TryAdd(member.Name, member.Value))
                throw new InvalidInputException($"'{member.Name}' is given twice.");
        }

        return members;
    }

    /// <summary>A text of at most <paramref name="longest"/> characters; null: not given.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public static string? Text(Dictionary<string, JsonElement> members, string name, int longest)
    {
        if (!members.TryGetValue(name, out var value))
            return null;

        return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text && text.Length <= longest
            ? text
            : throw new InvalidInputException($"'{name}' must be text of 1 to {longest} characters.");
    }

    /// <summary>A flag; false: not given.</summary>
    /// <exception cref="InvalidInputException">Something else.</exception>
    public static bool Flag(Dictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out var value) && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new InvalidInputException($"'{name}' is {value.GetRawText()}; it must be true or false."),
        };
}
