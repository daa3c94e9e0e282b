using System.Collections.Concurrent;

namespace FLTS.Forecasting.Series;

/// <summary>
/// The wall clock of an IANA zone: its changes from 1900 to 2200 in a table, because a series asks for millions of times. Instants are
/// UTC; all times are without kind.
/// </summary>
public sealed class ZoneClock
{
    private const int FirstYear = 1900, LastYear = 2200;

    private static readonly ConcurrentDictionary<string, ZoneClock> _clocks = new(StringComparer.Ordinal);

    private readonly long[] _changes; // [C] Instants at which the clock is changed, in ticks.
    private readonly long[] _offsets; // [C + 1] Local time less UTC in ticks, before each change and after the last.

    private ZoneClock(string id)
    {
        Id = id;
        var zone = TimeZoneInfo.FindSystemTimeZoneById(id);
        var (changes, offsets) = (new List<long>(), new List<long>());
        var (day, end) = (new DateTime(FirstYear, 1, 1).Ticks, new DateTime(LastYear + 1, 1, 1).Ticks);
        offsets.Add(OffsetOf(zone, day));
        for (; day < end; day += TimeSpan.TicksPerDay)
        {
            var after = OffsetOf(zone, day + TimeSpan.TicksPerDay);
            if (after == offsets[^1])
                continue;
            var (low, high) = (day, day + TimeSpan.TicksPerDay);
            while (high - low > 1)
            {
                var middle = low + ((high - low) / 2);
                (low, high) = OffsetOf(zone, middle) == offsets[^1] ? (middle, high) : (low, middle);
            }

            changes.Add(high);
            offsets.Add(after);
        }

        (_changes, _offsets) = ([.. changes], [.. offsets]);
    }

    /// <summary>IANA name.</summary>
    public string Id { get; }

    /// <exception cref="TimeZoneNotFoundException">No zone of that name.</exception>
    public static ZoneClock Of(string id) => _clocks.GetOrAdd(id, static known => new ZoneClock(known));

    /// <summary>Local time less UTC at an instant.</summary>
    public TimeSpan Offset(DateTime utc) => TimeSpan.FromTicks(_offsets[Changes(utc.Ticks)]);

    public DateTime Local(DateTime utc) => new(utc.Ticks + _offsets[Changes(utc.Ticks)]);

    /// <summary>
    /// The instant at which the clock shows a time: the first of two where it is put back; where it is put forward past it, what it shows
    /// as much later.
    /// </summary>
    /// <param name="local">Local time.</param>
    /// <param name="second">The second of two.</param>
    public DateTime Utc(DateTime local, bool second = false)
    {
        var (before, after) = (
            _offsets[Changes(local.Ticks - TimeSpan.TicksPerDay)], _offsets[Changes(local.Ticks + TimeSpan.TicksPerDay)]);
        var (early, late) = (local.Ticks - before, local.Ticks - after);
        var (isEarly, isLate) = (_offsets[Changes(early)] == before, _offsets[Changes(late)] == after);
        return new DateTime(isLate && (second || !isEarly) ? late : early);
    }

    /// <summary>
    /// The instants of a file's local times, in place. A time that the clock shows twice is the first of both, unless it is there twice:
    /// then the two are in the order in which the file goes.
    /// </summary>
    /// <param name="times">[R] In the order of the file.</param>
    /// <param name="isLocal">Told a row; the others are instants already.</param>
    internal void ToInstants(Span<DateTime> times, Func<int, bool> isLocal)
    {
        var seen = new Dictionary<DateTime, int>();
        var isAscending = times.Length < 2 || times[^1] >= times[0];
        var (from, to, offset) = (long.MaxValue, long.MinValue, 0L); // Local times around which the clock is not changed.
        for (var t = 0; t < times.Length; t++)
        {
            if (!isLocal(t))
                continue;
            var local = times[t];
            if (local.Ticks < from || local.Ticks >= to)
            {
                var change = Changes(local.Ticks);
                from = change == 0 ? 0 : _changes[change - 1] + TimeSpan.TicksPerDay;
                to = change == _changes.Length ? long.MaxValue : _changes[change] - TimeSpan.TicksPerDay;
                offset = _offsets[change];
            }

            if (local.Ticks >= from && local.Ticks < to)
            {
                times[t] = new DateTime(local.Ticks - offset);
                continue;
            }

            times[t] = Utc(local);
            if (Utc(local, second: true) is var later && later == times[t])
                continue;
            if (seen.TryAdd(local, t))
                continue;
            times[isAscending ? t : seen[local]] = later;
        }
    }

    /// <summary>The local time so much later, or earlier, where steps that the clock never shows are not counted.</summary>
    internal DateTime Skipping(DateTime local, TimeSpan distance, TimeSpan step)
    {
        var target = local + distance;
        if (target > local)
        {
            for (var c = Changes(local.Ticks - TimeSpan.TicksPerDay); c < _changes.Length && Gap(c).From <= target.Ticks; c++)
            {
                if (Gap(c).To > local.Ticks)
                    target = target.AddTicks(Points(Gap(c), local.Ticks, step.Ticks) * step.Ticks);
            }
        }
        else
        {
            for (var c = Changes(local.Ticks + TimeSpan.TicksPerDay) - 1; c >= 0 && Gap(c).To > target.Ticks; c--)
            {
                if (Gap(c).From <= local.Ticks)
                    target = target.AddTicks(-Points(Gap(c), local.Ticks, step.Ticks) * step.Ticks);
            }
        }

        return target;
    }

    /// <summary>Grid points from one local time to a later one, or an earlier one (then below 0), that the clock never shows.</summary>
    internal long Missing(DateTime first, DateTime last, TimeSpan step)
    {
        if (last < first)
            return -Missing(last, first, step);
        long missing = 0;
        for (var c = Changes(first.Ticks - TimeSpan.TicksPerDay); c < _changes.Length && Gap(c).To <= last.Ticks; c++)
        {
            if (Gap(c).From >= first.Ticks)
                missing += Points(Gap(c), first.Ticks, step.Ticks);
        }

        return missing;
    }

    /// <summary>Local times that a change leaves out, from one on and before another; none where the clock is put back.</summary>
    private (long From, long To) Gap(int change) => (_changes[change] + _offsets[change], _changes[change] + _offsets[change + 1]);

    /// <summary>Points of a grid that a gap leaves out.</summary>
    private static long Points((long From, long To) gap, long onGrid, long step) =>
        gap.To <= gap.From ? 0 : Floor(gap.To - 1 - onGrid, step) - Floor(gap.From - 1 - onGrid, step);

    private static long Floor(long ticks, long step) => ticks >= 0 ? ticks / step : -((step - 1 - ticks) / step);

    private static long OffsetOf(TimeZoneInfo zone, long utc) => zone.GetUtcOffset(new DateTime(utc, DateTimeKind.Utc)).Ticks;

    /// <summary>How many changes there were up to an instant.</summary>
    private int Changes(long utc)
    {
        var (low, high) = (0, _changes.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _changes[middle] <= utc ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
