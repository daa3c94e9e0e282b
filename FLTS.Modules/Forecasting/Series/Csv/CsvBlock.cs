using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>Whole lines of a CSV turned into columns in pooled arrays; blocks are parsed side by side and appended in order.</summary>
internal sealed class CsvBlock : IDisposable
{
    /// <summary>Beyond this size squares and sums of squares would overflow; no measurement is that large.</summary>
    public const double Largest = 1e100;

    private readonly CsvLayout _layout;

    private CsvBlock(CsvLayout layout, int capacity)
    {
        _layout = layout;
        Timestamps = ArrayPool<DateTime>.Shared.Rent(capacity);
        Values = new double[layout.Columns.Length][];
        for (var c = 0; c < Values.Length; c++)
            Values[c] = ArrayPool<double>.Shared.Rent(capacity);
        Text = new CellFault?[Values.Length];
        TooLarge = new CellFault?[Values.Length];
    }

    /// <summary>Instants are of kind UTC.</summary>
    public DateTime[] Timestamps { get; }

    public double[][] Values { get; }

    public int Rows { get; private set; }

    /// <summary>Of the text.</summary>
    public int Bytes { get; private init; }

    /// <summary>Lines, blank ones among them.</summary>
    public int Lines { get; private set; }

    /// <summary>[C] First cell of a column that is no number.</summary>
    public CellFault?[] Text { get; }

    /// <summary>[C] First cell of a column that is infinite or beyond <see cref="Largest"/>.</summary>
    public CellFault?[] TooLarge { get; }

    /// <summary>What stops the reading at this block, written for the user; {0} stands for the row.</summary>
    public string? Fault { get; private set; }

    public int FaultLine { get; private set; }

    /// <summary>Null where it is no single column's.</summary>
    public string? FaultColumn { get; private set; }

    public bool HasEpoch { get; private set; }

    public bool HasZones { get; private set; }

    public bool HasLocal { get; private set; }

    /// <summary>Parses lines; stops at the first line that cannot be a row.</summary>
    /// <param name="lines">Whole lines; the last may lack its line end.</param>
    /// <param name="layout">What the header said.</param>
    /// <param name="hasZone">The dataset has a zone, so that times may.</param>
    /// <param name="maxLineBytes">Longest line allowed.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static CsvBlock Parse(ReadOnlySpan<byte> lines, CsvLayout layout, bool hasZone, int maxLineBytes)
    {
        var block = new CsvBlock(layout, lines.Count((byte)'\n') + 1) { Bytes = lines.Length };
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
                block.Row(line, hasZone);
            if (block.Fault is not null)
                return block;
            block.Lines++;
        }

        return block;
    }

    public void Dispose()
    {
        ArrayPool<DateTime>.Shared.Return(Timestamps);
        foreach (var column in Values)
            ArrayPool<double>.Shared.Return(column);
    }

    // A first file is read before the runtime would get round to optimising what reads it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Row(ReadOnlySpan<byte> line, bool hasZone)
    {
        var columns = _layout.ColumnOfField;
        var row = Rows;
        var field = 0;
        for (var at = 0; at >= 0; field++)
        {
            if (field == columns.Length)
            {
                Stop($"the row has more than the header's {columns.Length} fields");
                return;
            }

            var column = columns[field];
            var rest = line[at..];
            if (column >= 0 && NumberParser.TryPrefix(rest, out var number, out var length)
                && (length == rest.Length || rest[length] == _layout.Separator) && Math.Abs(number) <= Largest)
            {
                Values[column][row] = number;
                at = length == rest.Length ? -1 : at + length + 1;
                continue;
            }

            if (!CsvField.Next(rest, _layout.Separator, out var cell, out var next))
            {
                Stop("a quoted field is not closed on its line, or is followed by text", _layout.Names[field]);
                return;
            }

            if (field == _layout.TimestampField)
            {
                if (!Timestamp(cell, row, hasZone))
                    return;
            }
            else if (column >= 0)
            {
                Values[column][row] = Number(cell, column);
            }

            at = next < 0 ? -1 : at + next;
        }

        if (field < columns.Length)
        {
            Stop(
                $"the row has {field} fields, the header "
                + $"{columns.Length}{(line.IndexOf((byte)'"') >= 0 ? " (is a quote not closed?)" : "")}");
            return;
        }

        Rows++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Timestamp(ReadOnlySpan<byte> cell, int row, bool hasZone)
    {
        var kind = TimestampParser.Parse(cell, out var time);
        var name = _layout.Names[_layout.TimestampField];
        switch (kind)
        {
            case TimestampKind.Invalid:
                Stop($"'{Show(cell)}' is no timestamp; write ISO 8601 such as 2018-02-05 23:40:00, or epoch seconds", name);
                return false;
            case TimestampKind.Zoned when !hasZone:
                Stop($"'{Show(cell)}' has a zone, but the dataset states none; set timezone, or write times without a zone", name);
                return false;
            case TimestampKind.Zoned:
                HasZones = true;
                break;
            case TimestampKind.Epoch:
                HasEpoch = true;
                break;
            case TimestampKind.Local:
                HasLocal = true;
                break;
        }

        Timestamps[row] = DateTime.SpecifyKind(time, kind == TimestampKind.Local ? DateTimeKind.Unspecified : DateTimeKind.Utc);
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

    private void Stop(string fault, string? column = null)
    {
        (Fault, FaultLine, FaultColumn) = (column is null ? fault : $"column '{column}': {fault}", Lines, column);
    }

    private static string Show(ReadOnlySpan<byte> cell)
    {
        var text = Encoding.UTF8.GetString(cell.Length > 40 ? cell[..40] : cell);
        return text + (cell.Length > 40 ? "..." : "");
    }
}
