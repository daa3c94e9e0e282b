using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>
/// Numbers with a decimal point, or another mark in its place. Every number is the double nearest to what is written, ties to even.
/// </summary>
internal static class NumberParser
{
    private static readonly SearchValues<byte> _numberBytes = SearchValues.Create("0123456789+-.eE"u8);

    /// <summary>A double of the most digits that mean anything is written in fewer bytes.</summary>
    public const int LongestText = 1200;

    private static ReadOnlySpan<double> PowersOfTen =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>Reads a cell that holds a number with a decimal point and nothing else but spaces around it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> cell, out double value) => TryParse(cell, (byte)'.', out value);

    /// <summary>Reads a cell that holds a number and nothing else but spaces around it.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="mark">What stands before the decimals.</param>
    /// <param name="value">The number.</param>
    public static bool TryParse(ReadOnlySpan<byte> cell, byte mark, out double value)
    {
        cell = cell.Trim((byte)' ');
        if (TryPrefix(cell, mark, out value, out var length) && length == cell.Length)
            return true;
        if (mark == '.')
            return TryFramework(cell, out value);
        if (cell.Length > LongestText || cell.Contains((byte)'.'))
            return false;
        Span<byte> pointed = stackalloc byte[cell.Length];
        cell.Replace(pointed, mark, (byte)'.');
        return TryFramework(pointed, out value);
    }

    /// <summary>
    /// Reads the number that <paramref name="text"/> begins with, in one pass and without knowing where it ends. What it cannot read
    /// exactly (more than 19 digits, the ends of a double's range, a hard tie) or does not understand is left to the framework.
    /// </summary>
    /// <param name="text">A line from a field's start on.</param>
    /// <param name="mark">What stands before the decimals.</param>
    /// <param name="value">The number.</param>
    /// <param name="length">Bytes it takes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryPrefix(ReadOnlySpan<byte> text, byte mark, out double value, out int length)
    {
        value = 0;
        var i = 0;
        var negative = false;
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+')
        {
            negative = text[0] == '-';
            i = 1;
        }

        var first = i;
        ulong digits = 0;
        i = Digits(text, i, ref digits);
        var count = i - first;
        var exponent = 0;
        if (i < text.Length && text[i] == mark)
        {
            var point = ++i;
            i = Digits(text, i, ref digits);
            exponent = point - i;
            count += i - point;
        }

        length = i;
        if (count == 0 || (count > 19 && count - LeadingZeros(text[first..i], mark) > 19))
            return false;
        if (i < text.Length && text[i] is (byte)'e' or (byte)'E')
        {
            var at = i + 1;
            var down = false;
            if (at < text.Length && text[at] is (byte)'-' or (byte)'+')
                down = text[at++] == '-';
            var start = at;
            var power = 0;
            for (uint digit; at < text.Length && at < start + 4 && (digit = (uint)(text[at] - '0')) <= 9; at++)
                power = (power * 10) + (int)digit;
            if (at == start || at == start + 4)
                return false;
            exponent += down ? -power : power;
            length = at;
        }

        // Digits and power of ten are exact, and so is the rounding of their product or quotient (Clinger 1990).
        if (digits <= 1UL << 53 && exponent is >= -22 and <= 22)
            value = exponent < 0 ? digits / PowersOfTen[-exponent] : digits * PowersOfTen[exponent];
        else if (!DecimalToDouble.TryRound(digits, exponent, out value))
            return false;
        if (negative)
            value = -value;
        return true;
    }

    // Only these bytes: the framework would also take "Infinity", "NaN" and white space inside.
    private static bool TryFramework(ReadOnlySpan<byte> cell, out double value)
    {
        value = 0;
        return cell.IndexOfAnyExcept(_numberBytes) < 0
            && double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Digits behind the mark of a number.</summary>
    public static int Decimals(ReadOnlySpan<byte> number, byte mark)
    {
        var behind = number[(number.IndexOf(mark) + 1)..];
        var end = behind.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return number.Contains(mark) ? (end < 0 ? behind.Length : end) : 0;
    }

    /// <summary>Appends decimal digits to a number, which wraps around when they are too many: the caller counts them.</summary>
    /// <returns>Where the digits end.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Digits(ReadOnlySpan<byte> text, int at, ref ulong number)
    {
        // Eight at a time: their ASCII codes are summed up pairwise by three multiplications.
        while (at + 8 <= text.Length)
        {
            var eight = BinaryPrimitives.ReadUInt64LittleEndian(text[at..]);
            if (((eight & 0xF0F0F0F0F0F0F0F0) | (((eight + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) >> 4)) != 0x3333333333333333)
                break;
            eight -= 0x3030303030303030;
            eight = (eight * 10) + (eight >> 8);
            number = (number * 100_000_000)
                + (uint)((((eight & 0x000000FF000000FF) * 0x000F424000000064)
                    + (((eight >> 16) & 0x000000FF000000FF) * 0x0000271000000001)) >> 32);
            at += 8;
        }

        for (uint digit; at < text.Length && (digit = (uint)(text[at] - '0')) <= 9; at++)
            number = (number * 10) + digit;
        return at;
    }

    private static int LeadingZeros(ReadOnlySpan<byte> text, byte mark)
    {
        var zeros = 0;
        foreach (var b in text)
        {
            if (b == '0')
                zeros++;
            else if (b != mark)
                break;
        }

        return zeros;
    }
}
