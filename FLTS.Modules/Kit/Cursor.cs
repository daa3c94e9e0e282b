using System.Globalization;

namespace FLTS.Modules.Kit;

/// <summary>Where a page ends: lists are ordered by time, newest first, then by id.</summary>
internal readonly record struct Cursor(DateTimeOffset At, string Id)
{
    /// <exception cref="InvalidInputException">Not a cursor of ours.</exception>
    public static Cursor? Parse(string? text)
    {
        if (text is null)
            return null;

        var parts = text.Split('.', 2);
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            && ticks <= DateTimeOffset.MaxValue.Ticks
            ? new Cursor(new DateTimeOffset(ticks, TimeSpan.Zero), parts[1])
            : throw new InvalidInputException("'cursor' must be the value of 'next' of the page before.");
    }

    /// <exception cref="InvalidInputException">Out of range.</exception>
    public static int Limit(int? limit) => limit switch
    {
        null => 50,
        >= 1 and <= 500 => limit.Value,
        _ => throw new InvalidInputException($"'limit' is {limit}; it must be between 1 and 500."),
    };

    /// <summary>
    /// A page of at most <paramref name="limit"/> of the rows read (one more than that, to know whether there is a next one).
    /// </summary>
    public static Page<TView> Page<TRow, TView>(List<TRow> rows, int limit, Func<TRow, Cursor> key, Func<TRow, TView> view) =>
        new([.. rows.Take(limit).Select(view)], rows.Count > limit ? key(rows[limit - 1]).ToString() : null);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks}.{Id}");
}
