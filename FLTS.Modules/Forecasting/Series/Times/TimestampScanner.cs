using System.Text;

namespace FLTS.Forecasting.Series.Times;

/// <summary>Reads a date, perhaps a time of day, perhaps a zone, from left to right. English names of months.</summary>
internal ref struct TimestampScanner(ReadOnlySpan<byte> text)
{
    private static readonly string[] _months =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    private static readonly string[] _longMonths =
    [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
    ];

    private ReadOnlySpan<byte> _rest = text;

    /// <summary>Reads the whole text.</summary>
    public TimestampKinds Read(out DateTime time)
    {
        time = default;
        var kind = Date(out var year, out var month, out var day);
        if (kind == TimestampKinds.Invalid || !OfDay(out var ofDay, out var offset) || !_rest.IsEmpty)
            return TimestampKinds.Invalid;
        if (kind == TimestampKinds.DayOrMonth && (offset is not null || ofDay.Days > 0))
            return TimestampKinds.Invalid; // What the other reading is could no longer be told.
        if (!TimestampParts.TryMake(year, month, day, ofDay, out time))
            return TimestampKinds.Invalid;
        return offset is { } minutes ? TimestampParts.Instant(time, minutes, out time) : kind;
    }

    private TimestampKinds Date(out int year, out int month, out int day)
    {
        (year, month, day) = (0, 1, 1);
        if (Month(out month))
        {
            // Jan 5, 2024 and Jan-2024.
            Skip(" -./"u8);
            var first = Digits(out var digits);
            if (digits == 4)
                (year, day) = (first, 1);
            else if (digits is 1 or 2 && Skip(", -./"u8) > 0)
                (day, year) = (first, Year());
            return year > 0 ? TimestampKinds.Local : TimestampKinds.Invalid;
        }

        var number = Digits(out var count);
        switch (count)
        {
            case 8:
                (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
                return TimestampKinds.Local;
            case 4 when Separator("-/."u8) is var separator and not 0:
                year = number;
                month = Digits(out count);
                day = 1;
                if (count is not (1 or 2))
                    return TimestampKinds.Invalid;
                if (Separator([separator]) == 0)
                    return TimestampKinds.Local;
                day = Digits(out count);
                return count is 1 or 2 ? TimestampKinds.Local : TimestampKinds.Invalid;
            case 1 or 2 when Separator("-/. "u8) is var separator and not 0:
                return DayFirst(number, separator, out year, out month, out day);
            default:
                return TimestampKinds.Invalid;
        }
    }

    /// <summary>05-Jan-2024, 05.01.2024, 05/01/2024: points stand in dates of countries that write the day first.</summary>
    private TimestampKinds DayFirst(int first, byte separator, out int year, out int month, out int day)
    {
        day = first;
        year = 0;
        if (Month(out month))
        {
            year = Skip("-/., "u8) > 0 ? Year() : 0;
            return year > 0 ? TimestampKinds.Local : TimestampKinds.Invalid;
        }

        month = Digits(out var count);
        if (separator == ' ' || count is not (1 or 2) || Separator([separator]) == 0)
            return TimestampKinds.Invalid;
        year = Year();
        if (separator == '.' || day == month)
            return TimestampKinds.Local;
        if (month <= 12)
            return day > 12 ? TimestampKinds.DayFirst : TimestampKinds.DayOrMonth;
        (day, month) = (month, day);
        return TimestampKinds.MonthFirst;
    }

    /// <summary>Nothing, or ' ' or 'T' and a time, and perhaps its zone.</summary>
    private bool OfDay(out TimeSpan ofDay, out int? offset)
    {
        (ofDay, offset) = (default, null);
        if (_rest.IsEmpty)
            return true;
        if (Separator("Tt"u8) == 0 && Skip(" "u8) == 0)
            return false;
        int hour = Digits(out var count), minute = 0, second = 0;
        var fraction = 0L;
        switch (count)
        {
            case 1 or 2 when Separator(":"u8) != 0:
                minute = Digits(out count);
                if (count != 2)
                    return false;
                if (Separator(":"u8) != 0)
                {
                    second = Digits(out count);
                    if (count != 2 || !Fraction(out fraction))
                        return false;
                }

                break;
            case 2:
                break;
            case 4:
                (hour, minute) = (hour / 100, hour % 100);
                break;
            case 6:
                (hour, minute, second) = (hour / 10_000, hour / 100 % 100, hour % 100);
                if (!Fraction(out fraction))
                    return false;
                break;
            default:
                return false;
        }

        HalfOfDay(ref hour);
        if (!Offset(out offset) || !TimestampParts.TryOfDay(hour, minute, second, out ofDay))
            return false;
        ofDay += TimeSpan.FromTicks(fraction * TimeSpan.TicksPerMicrosecond);
        return true;
    }

    /// <summary>Nothing, or a point or comma and digits, of which six count.</summary>
    private bool Fraction(out long microseconds)
    {
        microseconds = 0;
        if (Separator(".,"u8) == 0)
            return true;
        var count = 0;
        for (; !_rest.IsEmpty && _rest[0] is >= (byte)'0' and <= (byte)'9'; _rest = _rest[1..], count++)
        {
            if (count < 6)
                microseconds = (microseconds * 10) + (_rest[0] - '0');
        }

        for (var c = count; c is > 0 and < 6; c++)
            microseconds *= 10;
        return count is > 0 and <= 9;
    }

    /// <summary>Nothing, or AM or PM.</summary>
    private void HalfOfDay(ref int hour)
    {
        var start = _rest;
        Skip(" "u8);
        var isLate = Word("pm"u8);
        if (isLate || Word("am"u8))
            hour = (hour % 12) + (isLate ? 12 : 0);
        else
            _rest = start;
    }

    /// <summary>Nothing, or Z, UTC, GMT, +01, +0100, +01:00.</summary>
    private bool Offset(out int? minutes)
    {
        minutes = null;
        Skip(" "u8);
        if (_rest.IsEmpty)
            return true;
        minutes = 0;
        if (Word("z"u8) || Word("utc"u8) || Word("gmt"u8))
            return true;
        var sign = Separator("+-"u8);
        if (sign == 0)
            return false;
        var hour = Digits(out var count);
        var minute = 0;
        if (count == 4)
            (hour, minute) = (hour / 100, hour % 100);
        else if (count == 2 && Separator(":"u8) != 0)
            minute = Digits(out count);
        minutes = ((hour * 60) + minute) * (sign == '-' ? -1 : 1);
        return count is 2 or 4 && hour <= 14 && minute <= 59;
    }

    private int Year()
    {
        var year = Digits(out var count);
        return count == 4 ? year : 0;
    }

    private bool Month(out int month)
    {
        var length = 0;
        while (length < _rest.Length && char.IsAsciiLetter((char)_rest[length]))
            length++;
        month = 0;
        for (var m = 0; m < _months.Length && length >= 3 && month == 0; m++)
        {
            if (Ascii.EqualsIgnoreCase(_rest[..length], _months[m]) || Ascii.EqualsIgnoreCase(_rest[..length], _longMonths[m]))
                month = m + 1;
        }

        if (month > 0)
            _rest = _rest[length..];
        return month > 0;
    }

    private bool Word(scoped ReadOnlySpan<byte> word)
    {
        if (_rest.Length < word.Length || !Ascii.EqualsIgnoreCase(_rest[..word.Length], word))
            return false;
        _rest = _rest[word.Length..];
        return true;
    }

    /// <summary>Takes one of these bytes; 0 where there is none.</summary>
    private byte Separator(scoped ReadOnlySpan<byte> any)
    {
        if (_rest.IsEmpty || !any.Contains(_rest[0]))
            return 0;
        var taken = _rest[0];
        _rest = _rest[1..];
        return taken;
    }

    /// <summary>Takes as many of these bytes as there are.</summary>
    private int Skip(scoped ReadOnlySpan<byte> any)
    {
        var count = _rest.IndexOfAnyExcept(any);
        count = count < 0 ? _rest.Length : count;
        _rest = _rest[count..];
        return count;
    }

    /// <summary>Takes digits, at most nine.</summary>
    private int Digits(out int count)
    {
        var number = 0;
        for (count = 0; count < 9 && count < _rest.Length && _rest[count] is >= (byte)'0' and <= (byte)'9'; count++)
            number = (number * 10) + (_rest[count] - '0');
        _rest = _rest[count..];
        return number;
    }
}
