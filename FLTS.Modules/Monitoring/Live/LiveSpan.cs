namespace FLTS.Modules.Monitoring.Live;

/// <summary>What of a station's time is scored anew in a turn: whatever lies behind a time, up to another.</summary>
/// <param name="After">What is forecast for later times, and from later origins, may be other than before.</param>
/// <param name="To">The end of this turn.</param>
/// <param name="IsLast">Nothing is left after it.</param>
internal sealed record LiveSpan(DateTime After, DateTime To, bool IsLast)
{
    /// <summary>The next part of what rows touch that were written, in the order of time; null: there is none.</summary>
    /// <param name="rows">Times of all rows, ascending, at least one.</param>
    /// <param name="written">Times of those that were written, ascending.</param>
    /// <param name="behind">Nothing up to this time is touched any more.</param>
    /// <param name="reach">From a row on to the last forecast that depends on it.</param>
    /// <param name="mostRows">Of the part.</param>
    public static LiveSpan? Next(DateTime[] rows, IEnumerable<DateTime> written, DateTime behind, TimeSpan reach, int mostRows)
    {
        LiveSpan? next = null;
        foreach (var time in written)
        {
            var (after, to) = TouchedBy(time, rows, reach);
            if (after < behind)
                after = behind;
            if (after >= to)
                continue;
            if (next is null)
                next = new LiveSpan(after, to, true);
            else if (after > next.To)
                return Cut(next with { IsLast = false }, rows, mostRows);
            else if (to > next.To)
                next = next with { To = to };
        }

        return next is null ? null : Cut(next, rows, mostRows);
    }

    /// <summary>
    /// From the row before it, because it may have made a gap shorter or longer, to the last forecast that depends on it or on what the gap
    /// behind it is filled with.
    /// </summary>
    private static (DateTime After, DateTime To) TouchedBy(DateTime time, DateTime[] rows, TimeSpan reach)
    {
        var (before, next) = (LastUpTo(rows, time.AddTicks(-1)), LastUpTo(rows, time) + 1);
        var to = (next < rows.Length ? rows[next] : rows[^1]) + reach;
        return (before >= 0 ? rows[before] : time.AddTicks(-1), to > rows[^1] ? rows[^1] : to);
    }

    private static LiveSpan Cut(LiveSpan span, DateTime[] rows, int mostRows)
    {
        var last = LastUpTo(rows, span.After) + mostRows;
        return last < rows.Length && rows[last] < span.To ? span with { To = rows[last], IsLast = false } : span;
    }

    /// <summary>-1: there is none.</summary>
    private static int LastUpTo(DateTime[] rows, DateTime time)
    {
        var at = Array.BinarySearch(rows, time);
        return at < 0 ? ~at - 1 : at;
    }
}
