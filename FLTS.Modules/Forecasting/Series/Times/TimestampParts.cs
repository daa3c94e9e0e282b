namespace FLTS.Forecasting.Series.Times;

/// <summary>Times made of their parts.</summary>
internal static class TimestampParts
{
    /// <summary>Times outside these years are taken for a mistake.</summary>
    public const int FirstYear = 1900, LastYear = 2200;

    /// <summary>The instant of a local time at an offset.</summary>
    public static TimestampKinds Instant(DateTime local, int offsetMinutes, out DateTime utc)
    {
        utc = local.AddTicks(-offsetMinutes * TimeSpan.TicksPerMinute);
        return TimestampKinds.Zoned;
    }

    /// <summary>Whether a time lies in the years that are taken for true.</summary>
    public static bool IsPlausible(DateTime time) => time.Year is >= FirstYear and <= LastYear;

    /// <summary>The time of this date and time of day.</summary>
    /// <returns>False: there is no such time, or it is outside the years that are taken for true.</returns>
    public static bool TryMake(int year, int month, int day, TimeSpan ofDay, out DateTime time)
    {
        time = default;
        if (year is < FirstYear or > LastYear || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;
        time = new DateTime(year, month, day) + ofDay;
        return true;
    }

    /// <summary>A time of day; 24:00 is the end of the day.</summary>
    public static bool TryOfDay(int hour, int minute, int second, out TimeSpan ofDay)
    {
        ofDay = new TimeSpan(hour, minute, second);
        return hour is >= 0 and <= 23 && minute is >= 0 and <= 59 && second is >= 0 and <= 59
            || hour == 24 && minute == 0 && second == 0;
    }

    /// <summary>The hour that is written by the digits of these seconds since 1970.</summary>
    public static DateTime Hour(DateTime epoch)
    {
        TryDigits((long)(epoch - DateTime.UnixEpoch).TotalSeconds, 10, out var time);
        return time;
    }

    /// <summary>yyyyMMdd[HH[mm[ss]]].</summary>
    public static bool TryDigits(long digits, int length, out DateTime time)
    {
        time = default;
        if (length is not (8 or 10 or 12 or 14))
            return false;
        for (; length < 14; length += 2)
            digits *= 100;
        return TryOfDay(Two(digits, 10_000), Two(digits, 100), Two(digits, 1), out var ofDay)
            && TryMake((int)(digits / 10_000_000_000), Two(digits, 100_000_000), Two(digits, 1_000_000), ofDay, out time);
    }

    private static int Two(long digits, long from) => (int)(digits / from % 100);
}
