using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cronos;
using FLTS.Modules.Registry.Schedules;

namespace FLTS.Modules.Pipeline.Schedules;

/// <summary>
/// When a schedule is due: its cron expression on the clock of its zone. A time that the clock leaps over in spring is due right after the
/// leap; one that comes twice in autumn is due the first time, unless the expression says every so often (<c>*</c>, <c>/</c>, <c>-</c>),
/// which goes on through both.
/// </summary>
internal sealed class DueTimes
{
    /// <summary>Due times that are looked at to find the two that are nearest.</summary>
    private const int Compared = 400;

    private readonly CronExpression _cron;
    private readonly TimeZoneInfo _zone;
    private readonly ScheduleDefinition _schedule;

    private DueTimes(ScheduleDefinition schedule, CronExpression cron) =>
        (_schedule, _cron, _zone) = (schedule, cron, TimeZoneInfo.FindSystemTimeZoneById(schedule.Zone));

    /// <summary>Of a schedule whose expression was checked; Cronos refuses any other.</summary>
    public static DueTimes Of(ScheduleDefinition schedule) => new(schedule, CronExpression.Parse(schedule.Cron));

    /// <summary>Due times after a time, on the clock of the zone.</summary>
    public IEnumerable<DateTimeOffset> After(DateTimeOffset time)
    {
        for (var at = _cron.GetNextOccurrence(time, _zone); at is { } due; at = _cron.GetNextOccurrence(due, _zone))
            yield return due;
    }

    /// <summary>When a due time is to be started: put off within the jitter, always by as much.</summary>
    public DateTimeOffset FireAt(DateTimeOffset due)
    {
        var seed = string.Create(CultureInfo.InvariantCulture, $"{_schedule.Name}@{due.UtcTicks}");
        var share = BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(seed))) / (double)uint.MaxValue;
        return due.AddMilliseconds(Math.Floor(share * _schedule.JitterSeconds * 1000));
    }

    /// <summary>The shortest time between two of the due times that come next; null: there are not two.</summary>
    public TimeSpan? Nearest(DateTimeOffset now)
    {
        var next = After(now).Take(Compared).ToList();
        return next.Count < 2 ? null : next.Zip(next.Skip(1), (one, other) => other - one).Min();
    }
}
