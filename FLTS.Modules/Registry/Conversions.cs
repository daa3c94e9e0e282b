using System.Text.Json;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace FLTS.Modules.Registry;

/// <summary>Enums as snake_case text, as the API shows them.</summary>
internal sealed class SnakeCaseEnum<TEnum>() : ValueConverter<TEnum, string>(
    value => ToText(value),
    text => Parse(text))
    where TEnum : struct, Enum
{
    private static readonly Dictionary<TEnum, string> _texts = Enum.GetValues<TEnum>().ToDictionary(v => v, v => JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()));

    private static readonly Dictionary<string, TEnum> _values = _texts.ToDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);

    /// <summary>All texts, in the order of the enum.</summary>
    public static IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>Null: no such value.</summary>
    public static TEnum? TryParse(string text) => _values.TryGetValue(text, out var value) ? value : null;

    private static string ToText(TEnum value) => _texts[value];

    private static TEnum Parse(string text) => _values[text];
}

/// <summary>Times as UTC ticks.</summary>
internal sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(
    value => value.UtcTicks,
    ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

/// <summary>An id as its text.</summary>
internal sealed class IdText<TId>() : ValueConverter<TId, string>(
    id => id.Value,
    text => Read(text))
    where TId : struct, IId<TId>
{
    // An expression may not call a static member of an interface itself.
    private static TId Read(string text) => TId.From(text);
}
