using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace FLTS.Modules.Registry.Schema;

/// <summary>Enums as snake_case text, as the API shows them.</summary>
internal sealed class SnakeCaseEnum<TEnum>() : ValueConverter<TEnum, string>(
    value => SnakeCase.Of(value),
    text => SnakeCase.Parse<TEnum>(text))
    where TEnum : struct, Enum;

/// <summary>Times as UTC ticks.</summary>
internal sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(
    value => value.UtcTicks,
    ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

/// <summary>
/// A sentence as <see cref="Sentence"/> shows it: PostgreSQL keeps no NUL, and what cannot be stored would be tried again for ever.
/// </summary>
internal sealed class StoredSentence() : ValueConverter<string, string>(
    text => Sentence.Of(text),
    text => text);

/// <summary>An id as its text.</summary>
internal sealed class IdText<TId>() : ValueConverter<TId, string>(
    id => id.Value,
    text => Read(text))
    where TId : struct, IId<TId>
{
    // An expression may not call a static member of an interface itself.
    private static TId Read(string text) => TId.From(text);
}
