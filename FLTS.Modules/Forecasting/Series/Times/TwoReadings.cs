namespace FLTS.Forecasting.Series.Times;

/// <summary>
/// Times that can be read in two ways: day before month or after it, ten digits as an hour or as seconds since 1970. What one cell leaves
/// open the others settle: by a value that only one reading allows, else by a step that is regular in one reading and less so in the other.
/// Such a time bears <see cref="Mark"/> until then.
/// </summary>
internal static class TwoReadings
{
    /// <summary>Nothing else gives times this kind.</summary>
    public const DateTimeKind Mark = DateTimeKind.Local;

    private const double RegularDistance = 0.1, LeastRegular = 0.75;

    /// <summary>The reading of the times that are marked, as the kind of times they then are; null: nothing settles it.</summary>
    /// <param name="times">All times of the file.</param>
    /// <param name="kinds">Of them.</param>
    /// <param name="step">That they are known to have; null: the usual difference.</param>
    public static TimestampKinds? Of(DateTime[] times, TimestampKinds kinds, TimeSpan? step = null)
    {
        var (first, second) = (kinds & TimestampKinds.OfTwoReadings) switch
        {
            TimestampKinds.DayOrMonth => (TimestampKinds.DayFirst, TimestampKinds.MonthFirst),
            TimestampKinds.HourOrEpoch => (TimestampKinds.Hour, TimestampKinds.Epoch),
            _ => (TimestampKinds.Invalid, TimestampKinds.Invalid),
        };
        switch (kinds.HasFlag(first), kinds.HasFlag(second))
        {
            case (true, true):
                return null;
            case (true, false):
                return first;
            case (false, true):
                return second;
        }

        var (ofFirst, ofSecond) = (RegularShare(times, first, step), RegularShare(times, second, step));
        if (ofFirst == ofSecond || Math.Max(ofFirst, ofSecond) < LeastRegular)
            return null;
        return ofFirst > ofSecond ? first : second;
    }

    /// <summary>A time as it is in a reading.</summary>
    public static DateTime Read(DateTime time, TimestampKinds reading)
    {
        if (time.Kind != Mark)
            return time;
        return DateTime.SpecifyKind(
            reading switch
            {
                TimestampKinds.MonthFirst => new DateTime(time.Year, time.Day, time.Month) + time.TimeOfDay,
                TimestampKinds.Hour => TimestampParts.Hour(time),
                _ => time,
            },
            DateTimeKind.Unspecified);
    }

    private static double RegularShare(DateTime[] times, TimestampKinds reading, TimeSpan? step)
    {
        var ticks = Array.ConvertAll(times, t => Read(t, reading).Ticks);
        Array.Sort(ticks);
        var differences = new List<long>();
        for (var i = 1; i < ticks.Length; i++)
        {
            if (ticks[i] != ticks[i - 1])
                differences.Add(ticks[i] - ticks[i - 1]);
        }

        if (differences.Count == 0)
            return 0;
        differences.Sort();
        var usual = step?.Ticks ?? differences[differences.Count / 2];
        return differences.Count(d => Math.Abs(d - usual) <= RegularDistance * usual) / (double)differences.Count;
    }
}
