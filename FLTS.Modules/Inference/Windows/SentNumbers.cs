using FLTS.Forecasting.Series.Csv;

namespace FLTS.Modules.Inference.Windows;

/// <summary>
/// Numbers of JSON without a token each: a window is mostly numbers, and to look for the end of one and then for its value reads it twice.
/// What is no plain number, or no JSON, is left to the reader, which tells what is wrong with it.
/// </summary>
internal static class SentNumbers
{
    /// <summary>Where the first byte lies that is no white space; the length: there is none.</summary>
    public static int SkipSpace(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            at++;
        return at;
    }

    /// <summary>Reads the number that a text begins with.</summary>
    /// <param name="text">From the number on.</param>
    /// <param name="value">The number, as a cell of a dataset would be read.</param>
    /// <param name="length">Bytes it takes.</param>
    /// <returns>False: it begins with no number, or with one that takes more care.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, out double value, out int length)
    {
        (value, length) = (0, 0);
        var first = text.Length > 0 && text[0] == '-' ? 1 : 0;
        if (!IsDigit(text, first)
            || (text[first] == '0' && IsDigit(text, first + 1))
            || !NumberParser.TryPrefix(text, (byte)'.', out value, out length))
            return false;

        var point = text[first..length].IndexOf((byte)'.');
        return (point < 0 || IsDigit(text[..length], first + point + 1)) && Math.Abs(value) <= CsvBlock.Largest;
    }

    private static bool IsDigit(ReadOnlySpan<byte> text, int at) => at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9';
}
