using FLTS.Forecasting.Series.Times;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>Lines and what is to be known of one before it is a row.</summary>
internal static class CsvLine
{
    /// <summary>Rows behind the header that are looked at for where the measurements begin.</summary>
    private const int MostRemarks = 20;

    /// <summary>Takes a line, without its end.</summary>
    public static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf((byte)'\n');
        var line = end < 0 ? lines : lines[..end];
        lines = end < 0 ? [] : lines[(end + 1)..];
        return line.Length > 0 && line[^1] == (byte)'\r' ? line[..^1] : line;
    }

    /// <summary>A field by its number; empty where the line has fewer.</summary>
    public static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> line, CsvLayout layout, int field)
    {
        for (var f = 0; CsvField.Next(line, layout.Separator, out var cell, out var next); f++)
        {
            if (f == field)
                return cell;
            if (next < 0)
                break;
            line = line[next..];
        }

        return [];
    }

    /// <summary>The time of a line, also where its day and its time of day stand apart.</summary>
    public static ReadOnlySpan<byte> Time(ReadOnlySpan<byte> line, CsvLayout layout)
    {
        var day = Field(line, layout, layout.TimestampField);
        return layout.TimeOfDayField < 0 ? day : (byte[])[.. day, (byte)' ', .. Field(line, layout, layout.TimeOfDayField)];
    }

    /// <summary>How the time of a line is written.</summary>
    public static TimestampKinds KindOf(ReadOnlySpan<byte> line, CsvLayout layout)
    {
        var cell = Time(line, layout);
        return layout.TimeFormat?.Parse(cell, out _) ?? TimestampParser.Parse(cell, out _);
    }

    /// <summary>Rows without a time before one with a time, the row before these lines among them; null: none is near.</summary>
    public static int? RowsBeforeTimes(ReadOnlySpan<byte> lines, CsvLayout layout)
    {
        for (var rows = 1; rows <= MostRemarks && !lines.IsEmpty;)
        {
            var line = Next(ref lines);
            if (line.IsEmpty)
                continue;
            if (KindOf(line, layout) != TimestampKinds.Invalid)
                return rows;
            rows++;
        }

        return null;
    }
}
