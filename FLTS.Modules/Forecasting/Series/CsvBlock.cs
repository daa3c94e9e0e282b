using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace FLTS.Modules.Forecasting.Series;

/// <summary>A fault in one cell: its line inside the block (from 0), column and shown content.</summary>
internal readonly record struct CellFault(int Line, string Shown);

/// <summary>Whole lines of a CSV turned into columns; blocks are parsed side by side and joined in order.</summary>
internal sealed class CsvBlock
{
    /// <summary>Beyond this size squares and sums of squares would overflow; no measurement is that large.</summary>
    public const double Largest = 1e100;

    private readonly CsvLayout _layout;

    private CsvBlock(CsvLayout layout, int capacity)
    {
        _layout = layout;
        Timestamps = new DateTime[capacity];
        Values = new double[layout.Columns.Length][];
        for (var c = 0; c < Values.Length; c++)
            Values[c] = new double[capacity];
        Text = new CellFault?[Values.Length];
        TooLarge = new CellFault?[Values.Length];
    }

    public DateTime[] Timestamps { get; }

    public double[][] Values { get; }

    public int Rows { get; private set; }

    /// <summary>Lines, blank ones among them.</summary>
    public int Lines { get; private set; }

    /// <summary>[C] First cell of a column that is no number.</summary>
    public CellFault?[] Text { get; }

    /// <summary>[C] First cell of a column that is infinite or beyond <see cref="Largest"/>.</summary>
    public CellFault?[] TooLarge { get; }

    /// <summary>What stops the reading at this block, written for the user; {0} stands for the row.</summary>
    public string? Fault { get; private set; }

    public int FaultLine { get; private set; }

    public bool HasEpoch { get; private set; }

    /// <summary>Parses lines; stops at the first line that cannot be a row.</summary>
    /// <param name="lines">Whole lines; the last may lack its line end.</param>
    /// <param name="layout">What the header said.</param>
    /// <param name="zone">Zone of the dataset, or null.</param>
    /// <param name="maxLineBytes">Longest line allowed.</param>
    public static CsvBlock Parse(ReadOnlySpan<byte> lines, CsvLayout layout, TimeZoneInfo? zone, int maxLineBytes)
    {
        var block = new CsvBlock(layout, lines.Count((byte)'\n') + 1);
        var valid = Utf8.IsValid(lines);
        while (lines.Length > 0)
        {
            var end = lines.IndexOf((byte)'\n');
            var line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? [] : lines[(end + 1)..];
            if (line.Length > 0 && line[^1] == (byte)'\r')
                line = line[..^1];
            if (line.Length > maxLineBytes)
                block.Stop($"the line is longer than {maxLineBytes} bytes");
            else if (!valid && !Utf8.IsValid(line))
                block.Stop("the line is not valid UTF-8; save the file as UTF-8 text");
            else if (!line.IsEmpty)
                block.Row(line, zone);
            if (block.Fault is not null)
                return block;
            block.Lines++;
        }

        return block;
    }

    private void Row(ReadOnlySpan<byte> line, TimeZoneInfo? zone)
    {
        var fields = _layout.Names.Length;
        var row = Rows;
        var field = 0;
        var whole = line;
        for (var rest = 0; rest >= 0; field++)
        {
            line = line[rest..];
            if (field == fields)
            {
                Stop($"the row has more than the header's {fields} fields");
                return;
            }

            if (!CsvField.Next(line, _layout.Separator, out var cell, out rest))
            {
                Stop($"column '{_layout.Names[field]}': a quoted field is not closed on its line, or is followed by text");
                return;
            }

            if (field == _layout.TimestampField)
            {
                if (!Timestamp(cell, row, zone))
                    return;
            }
            else if (_layout.ColumnOfField[field] is var column and >= 0)
            {
                Values[column][row] = Number(cell, column);
            }
        }

        if (field < fields)
        {
            Stop($"the row has {field} fields, the header {fields}{(whole.IndexOf((byte)'"') >= 0 ? " (is a quote not closed?)" : "")}");
            return;
        }

        Rows++;
    }

    private bool Timestamp(ReadOnlySpan<byte> cell, int row, TimeZoneInfo? zone)
    {
        var kind = TimestampParser.Parse(cell, out var time);
        var name = _layout.Names[_layout.TimestampField];
        switch (kind)
        {
            case TimestampKind.Invalid:
                Stop($"column '{name}': '{Show(cell)}' is no timestamp; write ISO 8601 such as 2018-02-05 23:40:00, or epoch seconds");
                return false;
            case TimestampKind.Zoned when zone is null:
                Stop($"column '{name}': '{Show(cell)}' has a zone, but the dataset states none; set timezone, or write times without a zone");
                return false;
            case TimestampKind.Epoch:
                HasEpoch = true;
                break;
        }

        if (kind != TimestampKind.Local && zone is not null)
            time = TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(time, DateTimeKind.Utc), zone);
        Timestamps[row] = DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
        return true;
    }

    private double Number(ReadOnlySpan<byte> cell, int column)
    {
        if (NumberParser.TryParse(cell, out var value))
        {
            if (Math.Abs(value) <= Largest)
                return value;
            TooLarge[column] ??= new CellFault(Lines, Show(cell));
            return double.NaN;
        }

        if (!NumberParser.IsMissing(cell))
        {
            if (NumberParser.IsInfinity(cell))
                TooLarge[column] ??= new CellFault(Lines, Show(cell));
            else
                Text[column] ??= new CellFault(Lines, Show(cell));
        }

        return double.NaN;
    }

    private void Stop(string fault)
    {
        Fault = fault;
        FaultLine = Lines;
    }

    private static string Show(ReadOnlySpan<byte> cell)
    {
        var text = Encoding.UTF8.GetString(cell.Length > 40 ? cell[..40] : cell);
        return text + (cell.Length > 40 ? "..." : "");
    }
}

/// <summary>Numbers with a decimal point, and the words for a missing one.</summary>
internal static class NumberParser
{
    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create("0123456789+-.eE"u8);

    public static bool TryParse(ReadOnlySpan<byte> cell, out double value)
    {
        if (cell.Length > 0 && (cell[0] == (byte)' ' || cell[^1] == (byte)' '))
            cell = cell.Trim((byte)' ');
        if (TryShort(cell, out value))
            return true;
        // Only these bytes: the framework would also take "Infinity", "NaN" and white space inside.
        return cell.IndexOfAnyExcept(NumberBytes) < 0 && double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    public static bool IsMissing(ReadOnlySpan<byte> cell)
    {
        cell = cell.Trim(" \t"u8);
        return cell.Length switch
        {
            0 => true,
            2 => Ascii.EqualsIgnoreCase(cell, "na"u8),
            3 => Ascii.EqualsIgnoreCase(cell, "nan"u8) || Ascii.EqualsIgnoreCase(cell, "n/a"u8),
            4 => Ascii.EqualsIgnoreCase(cell, "null"u8),
            _ => false,
        };
    }

    public static bool IsInfinity(ReadOnlySpan<byte> cell)
    {
        cell = cell.Trim(" +-"u8);
        return Ascii.EqualsIgnoreCase(cell, "inf"u8) || Ascii.EqualsIgnoreCase(cell, "infinity"u8);
    }

    private static ReadOnlySpan<double> PowersOfTen =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>Plain decimals whose digits fit a double's 53 bits: both digits and power of ten are then exact, and so is their quotient's rounding (Clinger 1990).</summary>
    private static bool TryShort(ReadOnlySpan<byte> cell, out double value)
    {
        value = 0;
        var i = cell.Length > 0 && cell[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        ulong digits = 0;
        int count = 0, point = -1;
        if (cell.Length - i > 19)
            return false;
        for (; i < cell.Length; i++)
        {
            var b = (uint)(cell[i] - '0');
            if (b <= 9)
            {
                digits = (digits * 10) + b;
                count++;
            }
            else if (cell[i] == (byte)'.' && point < 0)
            {
                point = count;
            }
            else
            {
                return false;
            }
        }

        if (count == 0 || digits > 1UL << 53)
            return false;
        value = point < 0 ? digits : digits / PowersOfTen[count - point];
        if (cell[0] == (byte)'-')
            value = -value;
        return true;
    }
}
