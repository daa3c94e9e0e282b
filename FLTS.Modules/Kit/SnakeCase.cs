using System.Text.Json;

namespace FLTS.Modules.Kit;

/// <summary>Values of enums as rows, addresses, answers and metrics write them: words in snake_case.</summary>
internal static class SnakeCase
{
    /// <summary>The word of a value.</summary>
    /// <exception cref="KeyNotFoundException">The enum has no such value.</exception>
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => Words<TEnum>.ByValue[value];

    /// <summary>The value of a word.</summary>
    /// <exception cref="KeyNotFoundException">No value has this word.</exception>
    public static TEnum Parse<TEnum>(string word)
        where TEnum : struct, Enum => Words<TEnum>.ByWord[word];

    /// <summary>The value of a word; null: no value has it.</summary>
    public static TEnum? TryParse<TEnum>(string word)
        where TEnum : struct, Enum => Words<TEnum>.ByWord.TryGetValue(word, out var value) ? value : null;

    /// <summary>All words of an enum, in the order of its values.</summary>
    public static IReadOnlyCollection<string> All<TEnum>()
        where TEnum : struct, Enum => Words<TEnum>.ByWord.Keys;

    private static class Words<TEnum>
        where TEnum : struct, Enum
    {
        public static readonly Dictionary<TEnum, string> ByValue =
            Enum.GetValues<TEnum>().ToDictionary(v => v, v => JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()));

        public static readonly Dictionary<string, TEnum> ByWord = ByValue.ToDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);
    }
}
