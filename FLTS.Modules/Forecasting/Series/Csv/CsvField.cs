using System.Text;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>One field at a time (RFC 4180, but a quoted field ends on its line).</summary>
internal static class CsvField
{
    /// <summary>Takes the field that <paramref name="line"/> starts with.</summary>
    /// <param name="line">What is left of the line, without its end.</param>
    /// <param name="separator">The byte between fields.</param>
    /// <param name="field">The field without quotes.</param>
    /// <param name="rest">Where the next field starts; -1 after the last.</param>
    /// <returns>False when a quote is not closed, or is followed by something else than a separator.</returns>
    public static bool Next(ReadOnlySpan<byte> line, byte separator, out ReadOnlySpan<byte> field, out int rest)
    {
        if (line.Length > 0 && line[0] == (byte)'"')
            return NextQuoted(line, separator, out field, out rest);
        var end = line.IndexOf(separator);
        field = end < 0 ? line : line[..end];
        rest = end < 0 ? -1 : end + 1;
        return true;
    }

    private static bool NextQuoted(ReadOnlySpan<byte> line, byte separator, out ReadOnlySpan<byte> field, out int rest)
    {
        field = default;
        rest = -1;
        var escapes = false;
        for (var i = 1; i < line.Length; i++)
        {
            if (line[i] != (byte)'"')
                continue;
            if (i + 1 < line.Length && line[i + 1] == (byte)'"')
            {
                escapes = true;
                i++;
                continue;
            }

            if (i + 1 < line.Length && line[i + 1] != separator)
                return false;
            field = line[1..i];
            if (escapes)
                field = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(field).Replace("\"\"", "\"", StringComparison.Ordinal));
            rest = i + 1 < line.Length ? i + 2 : -1;
            return true;
        }

        return false;
    }
}
