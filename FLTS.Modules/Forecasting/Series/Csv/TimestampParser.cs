using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>Timestamps of the common ISO 8601 forms, with and without a zone, and epoch seconds.</summary>
internal static class TimestampParser
{
    /// <summary>Times outside these years are taken for a mistake (epoch milliseconds, a number that is no time).</summary>
    private const int FirstYear = 1900, LastYear = 2200;

    private static readonly SearchValues<byte> _epochBytes = SearchValues.Create("0123456789.+-eE"u8);

    private static readonly string[] _localForms =
    [
        "yyyy-MM-dd", "yyyyMMdd'T'HHmmss",
        "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss",
        "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
    ];

    private static readonly string[] _zonedForms =
    [
        .. from form in _localForms.Skip(2)
           from zone in new[] { "'Z'", "' Z'", "zzz", " zzz", "zz", "' UTC'" }
           select form + zone,
        "yyyyMMdd'T'HHmmss'Z'",
    ];

    /// <summary>Reads one cell. Zoned and epoch times come out as UTC.</summary>
    public static TimestampKind Parse(ReadOnlySpan<byte> cell, out DateTime time)
    {
        cell = cell.Trim((byte)' ');
        if (TryCommonForm(cell, out time))
            return TimestampKind.Local;
        if (cell.Length is 0 or > 40)
            return TimestampKind.Invalid;

        if (cell.IndexOfAnyExcept(_epochBytes) < 0 && cell.IndexOf((byte)'-') <= 0
            && double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
        {
            return TryEpoch(cell, seconds, out time) ? TimestampKind.Epoch : TimestampKind.Invalid;
        }

        var text = WithoutNanoseconds(Encoding.UTF8.GetString(cell));
        if (DateTime.TryParseExact(text, _localForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out time))
            return Plausible(time) ? TimestampKind.Local : TimestampKind.Invalid;

        // "+0100" is ISO's basic form of the offset; the framework reads only "+01:00".
        if (text.Length > 5 && text[^5] is '+' or '-' && text.AsSpan(text.Length - 4).IndexOfAnyExceptInRange('0', '9') < 0)
            text = text.Insert(text.Length - 2, ":");
        if (DateTimeOffset.TryParseExact(text, _zonedForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var zoned))
        {
            time = DateTime.SpecifyKind(zoned.UtcDateTime, DateTimeKind.Unspecified);
            return Plausible(time) ? TimestampKind.Zoned : TimestampKind.Invalid;
        }

        return TimestampKind.Invalid;
    }

    /// <summary>
    /// The form of nearly every file, <c>yyyy-MM-dd HH:mm:ss</c> with ' ' or 'T', without the framework's general machinery.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryCommonForm(ReadOnlySpan<byte> cell, out DateTime time)
    {
        time = default;
        if (cell.Length != 19
            || cell[4] != '-'
            || cell[7] != '-'
            || (cell[10] != ' ' && cell[10] != 'T')
            || cell[13] != ':'
            || cell[16] != ':')
            return false;
        var year = (Two(cell, 0) * 100) + Two(cell, 2);
        int month = Two(cell, 5), day = Two(cell, 8), hour = Two(cell, 11), minute = Two(cell, 14), second = Two(cell, 17);
        if (year is < FirstYear or > LastYear || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59)
        {
            return false;
        }

        time = new DateTime(year, month, day, hour, minute, second);
        return true;
    }

    /// <summary>pandas writes nine digits of a second; what a tick (100 ns) cannot hold is cut off.</summary>
    private static string WithoutNanoseconds(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
            return text;
        var end = point + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return end - point - 1 is 8 or 9 ? text.Remove(point + 8, end - point - 8) : text;
    }

    private static int Two(ReadOnlySpan<byte> cell, int at)
    {
        int tens = cell[at] - '0', ones = cell[at + 1] - '0';
        return (uint)tens > 9 || (uint)ones > 9 ? -10_000 : (tens * 10) + ones;
    }

    private static bool TryEpoch(ReadOnlySpan<byte> cell, double seconds, out DateTime time)
    {
        time = default;
        if (!(Math.Abs(seconds) < 7.3e9)) // year 2200
            return false;
        // Whole seconds exactly; a fraction to the microsecond, which is all a double of this size holds.
        var ticks = long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? whole * TimeSpan.TicksPerSecond
            : (long)Math.Round(seconds * 1e6) * TimeSpan.TicksPerMicrosecond;
        time = new DateTime(DateTime.UnixEpoch.Ticks + ticks);
        return Plausible(time);
    }

    private static bool Plausible(DateTime time) => time.Year is >= FirstYear and <= LastYear;
}
