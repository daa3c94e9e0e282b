using System.Globalization;
using System.Text;
using FLTS.Forecasting.Series.Times;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>
/// Writes a table so that the options with which its file was read read it again: the same times and numbers give the same bytes. Columns
/// that were not read keep their names and lose what they held.
/// </summary>
internal static class CsvTableWriter
{
    /// <summary>Makes a column that was not read one of text, as it was or may be taken for.</summary>
    private const string Text = "text";

    /// <param name="stream">Written to from where it stands.</param>
    /// <param name="table">Rows, in the order in which they are written.</param>
    /// <param name="layout">Of the file that the table was read from.</param>
    /// <param name="options">With which it was read.</param>
    public static void Write(Stream stream, RawTable table, CsvLayout layout, CsvReadOptions options)
    {
        var mark = (char)layout.Cells.Mark is '\0' or '.' ? '.' : ',';
        var separator = mark == ',' ? ';' : ',';
        var columns = Columns(table, layout);
        using var text = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        var header = string.Join(separator, columns.Select(c => Quoted(c.Name, separator)));
        for (var i = 0; i <= options.Reading.SkipRows; i++)
            text.WriteLine(header);

        var format = TimeFormat.Of(options.Reading.TimeFormat);
        Span<char> number = stackalloc char[32];
        for (var row = 0; row < table.Rows; row++)
        {
            for (var c = 0; c < columns.Count; c++)
            {
                if (c > 0)
                    text.Write(separator);
                switch (columns[c].Kind)
                {
                    case Kind.Time:
                        text.Write(Quoted(Show(table.Timestamps[row], format, table.Clock), separator));
                        break;
                    case Kind.Series:
                        text.Write(Quoted(options.Reading.SeriesValue!, separator));
                        break;
                    case Kind.Measured when table.Values[columns[c].Column][row] is var value && !double.IsNaN(value):
                        _ = value.TryFormat(number, out var length, "R", CultureInfo.InvariantCulture);
                        if (mark == ',')
                            number[..length].Replace('.', ',');
                        text.Write(number[..length]);
                        break;
                    case Kind.Other when row == 0:
                        text.Write(Text);
                        break;
                }
            }

            text.WriteLine();
        }
    }

    private static List<(string Name, Kind Kind, int Column)> Columns(RawTable table, CsvLayout layout)
    {
        var columns = new List<(string, Kind, int)>();
        var measured = table.Columns.ToList();
        for (var f = 0; f < layout.Names.Length; f++)
        {
            var name = layout.Names[f];
            if (f == layout.TimestampField)
                columns.Add((layout.TimestampName, Kind.Time, -1));
            else if (f == layout.SeriesField)
                columns.Add((name, Kind.Series, -1));
            else if (measured.IndexOf(name) is var column and >= 0)
                columns.Add((name, Kind.Measured, column));
            else if (f != layout.TimeOfDayField && !layout.IsNameless[f])
                columns.Add((name, Kind.Other, -1));
        }

        return columns;
    }

    private static string Show(DateTime time, TimeFormat? format, ZoneClock? clock)
    {
        if (format is not null)
            return format.Write(clock is null ? new(time.Ticks, TimeSpan.Zero) : new(clock.Local(time), clock.Offset(time)));
        var fraction = time.Ticks % TimeSpan.TicksPerSecond == 0 ? "" : ".ffffff";
        return time.ToString($"yyyy-MM-dd HH:mm:ss{fraction}", CultureInfo.InvariantCulture) + (clock is null ? "" : "Z");
    }

    private static string Quoted(string text, char separator) =>
        text.Contains(separator, StringComparison.Ordinal) || text.Contains('"', StringComparison.Ordinal)
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text;

    private enum Kind
    {
        Time,
        Series,
        Measured,
        Other,
    }
}
