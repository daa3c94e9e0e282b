using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace FLTS.Forecasting.Series.Times;

/// <summary>Timestamps in the forms of FORECASTING.md 1, kept to the microsecond: what is finer is cut off.</summary>
internal static class TimestampParser
{
    private const int LongestCell = 60;

    /// <summary>1990 and 2100 in seconds since 1970: a count in a larger or smaller unit does not fall between them.</summary>
    private const long FirstEpoch = 631_152_000, LastEpoch = 4_102_444_800;

    private static ReadOnlySpan<long> EpochUnits => [1, 1_000, 1_000_000, 1_000_000_000];

    private static readonly SearchValues<byte> _numberBytes = SearchValues.Create("0123456789.+-eE"u8);

    /// <summary>Reads one cell. Zoned and epoch times come out as UTC.</summary>
    public static TimestampKinds Parse(ReadOnlySpan<byte> cell, out DateTime time)
    {
        cell = cell.Trim((byte)' ');
        if (cell.Length >= 19 && TryCommonForm(cell, out time))
        {
            if (cell.Length == 19)
                return TimestampKinds.Local;
            if (TryOffset(cell[19..], out var minutes))
                return TimestampParts.Instant(time, minutes, out time);
        }

        time = default;
        if (cell.Length is 0 or > LongestCell)
            return TimestampKinds.Invalid;
        var kind = cell.IndexOfAnyExcept(_numberBytes) < 0 ? Number(cell, out time) : TimestampKinds.Invalid;
        return kind == TimestampKinds.Invalid ? new TimestampScanner(cell).Read(out time) : kind;
    }

    /// <summary>
    /// The form of nearly every file, <c>yyyy-MM-dd HH:mm:ss</c> with ' ' or 'T', without the framework's general machinery.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryCommonForm(ReadOnlySpan<byte> cell, out DateTime time)
    {
        time = default;
        if (cell[4] != '-'
            || cell[7] != '-'
            || (cell[10] != ' ' && cell[10] != 'T')
            || cell[13] != ':'
            || cell[16] != ':')
            return false;
        var year = (Two(cell, 0) * 100) + Two(cell, 2);
        int month = Two(cell, 5), day = Two(cell, 8), hour = Two(cell, 11), minute = Two(cell, 14), second = Two(cell, 17);
        if (year is < TimestampParts.FirstYear or > TimestampParts.LastYear || month is < 1 or > 12
            || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59)
        {
            return false;
        }

        time = new DateTime(year, month, day, hour, minute, second);
        return true;
    }

    /// <summary>Z or +hh:mm behind the common form.</summary>
    private static bool TryOffset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.Length == 1)
            return text[0] == 'Z';
        if (text.Length != 6 || text[3] != ':' || (text[0] != '+' && text[0] != '-'))
            return false;
        int hour = Two(text, 1), minute = Two(text, 4);
        minutes = (hour * 60) + minute;
        if (text[0] == '-')
            minutes = -minutes;
        return hour is >= 0 and <= 14 && minute is >= 0 and <= 59;
    }

    private static int Two(ReadOnlySpan<byte> cell, int at)
    {
        int tens = cell[at] - '0', ones = cell[at + 1] - '0';
        return (uint)tens > 9 || (uint)ones > 9 ? -10_000 : (tens * 10) + ones;
    }

    /// <summary>A date without anything between its parts, or a count since 1970 whose unit its size tells.</summary>
    private static TimestampKinds Number(ReadOnlySpan<byte> cell, out DateTime time)
    {
        if (!Utf8Parser.TryParse(cell, out long whole, out var length) || length != cell.Length)
        {
            return decimal.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && TryEpoch(number, out time)
                ? TimestampKinds.Epoch
                : Invalid(out time);
        }

        var isEpoch = TryEpoch(whole, out var counted);
        var isDate = TimestampParts.TryDigits(whole, cell.Length, out time);
        if (cell.Length != 10 && isDate)
            return TimestampKinds.Local;
        if (isDate && !isEpoch)
            return TimestampKinds.Hour;
        time = counted;
        return !isEpoch ? TimestampKinds.Invalid : isDate ? TimestampKinds.HourOrEpoch : TimestampKinds.Epoch;
    }

    private static bool TryEpoch(decimal count, out DateTime time)
    {
        if (count == Math.Truncate(count) && count < long.MaxValue)
            return TryEpoch((long)count, out time);
        foreach (var unit in EpochUnits)
        {
            if (count >= (decimal)FirstEpoch * unit && count < (decimal)LastEpoch * unit)
            {
                time = DateTime.UnixEpoch.AddTicks((long)Math.Round(count * 1_000_000 / unit) * TimeSpan.TicksPerMicrosecond);
                return true;
            }
        }

        time = default;
        return false;
    }

    private static bool TryEpoch(long count, out DateTime time)
    {
        foreach (var unit in EpochUnits)
        {
            if (count >= FirstEpoch * unit && count < LastEpoch * unit)
            {
                var microseconds = unit <= 1_000_000 ? count * (1_000_000 / unit) : count / (unit / 1_000_000);
                time = DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
                return true;
            }
        }

        time = default;
        return false;
    }

    private static TimestampKinds Invalid(out DateTime time)
    {
        time = default;
        return TimestampKinds.Invalid;
    }
}
