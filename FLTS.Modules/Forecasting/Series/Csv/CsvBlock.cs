using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using FLTS.Forecasting.Series.Times;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>Whole lines of a CSV turned into columns in pooled arrays; blocks are parsed side by side and appended in order.</summary>
internal sealed class CsvBlock : IDisposable
{
    /// <summary>Beyond this size squares and sums of squares would overflow; no measurement is that large.</summary>
    public const double Largest = 1e100;

    /// <summary>Smaller numbers are written with an exponent, and without a mark where one digit says it: 2e-05.</summary>
    private const double BelowMarks = 1e-3;

    private readonly CsvLayout _layout;
    private readonly bool _hasMissingNumbers;
    private readonly bool _mayHaveCommas; // Before the decimals, without quotes.
    private readonly byte[] _marks; // [C] What stands before the decimals, as far as it is known; 0: no number is read at once.

    private CsvBlock(CsvLayout layout, int capacity)
    {
        (_layout, _hasMissingNumbers) = (layout, layout.Cells.HasMissingNumbers);
        Timestamps = ArrayPool<DateTime>.Shared.Rent(capacity);
        Values = new double[layout.Columns.Length][];
        for (var c = 0; c < Values.Length; c++)
            Values[c] = ArrayPool<double>.Shared.Rent(capacity);
        Text = new CellFault?[Values.Length];
        Texts = new int[Values.Length];
        TooLarge = new CellFault?[Values.Length];
        Comma = new CellFault?[Values.Length];
        Commas = new int[Values.Length];
        IsDecimalComma = new bool[Values.Length];
        _marks = new byte[Values.Length];
        _mayHaveCommas = layout.Cells.Mark == 0 && layout.Separator != ',';
        var mark = layout.Cells.Mark == 0 ? (byte)'.' : layout.Cells.Mark;
        Array.Fill(_marks, mark == layout.Separator ? (byte)0 : mark);
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

    /// <summary>[C] How many such cells there are.</summary>
    public int[] Texts { get; }

    /// <summary>[C] First cell of a column that is infinite or beyond <see cref="Largest"/>.</summary>
    public CellFault?[] TooLarge { get; }

    /// <summary>[C] First cell of a column with a comma before its decimals.</summary>
    public CellFault?[] Comma { get; }

    /// <summary>[C] How many such cells are no whole numbers, and those that are none by an exponent alone: 2e-05 has no mark.</summary>
    public int[] Commas { get; }

    /// <summary>[C] Some of these commas cannot stand between thousands.</summary>
    public bool[] IsDecimalComma { get; }

    /// <summary>What stops the reading at this block.</summary>
    public BlockFault? Fault { get; private set; }

    /// <summary>Of the times.</summary>
    public TimestampKinds Kinds { get; private set; }

    /// <summary>First time of each kind that tells or leaves open in which order it is written.</summary>
    public Dictionary<TimestampKinds, CellFault> FirstOf { get; } = [];

    /// <summary>A row of another series than the one that is read, by what it holds in its place.</summary>
    public string? OtherSeries { get; private set; }

    /// <summary>Parses lines; stops at the first line that cannot be a row.</summary>
    /// <param name="lines">Whole lines; the last may lack its line end.</param>
    /// <param name="layout">What the header said.</param>
    /// <param name="hasZone">The dataset has a zone, so that times may.</param>
    /// <param name="maxLineBytes">Longest line allowed.</param>
    /// <param name="isFirst">The block follows the header.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static CsvBlock Parse(ReadOnlySpan<byte> lines, CsvLayout layout, bool hasZone, int maxLineBytes, bool isFirst = false)
    {
        var block = new CsvBlock(layout, lines.Count((byte)'\n') + 1) { Bytes = lines.Length };
        var valid = Utf8.IsValid(lines);
        while (lines.Length > 0)
        {
            var line = CsvLine.Next(ref lines);
            if (line.Length > maxLineBytes)
                block.Stop($"the line is longer than {maxLineBytes} bytes");
            else if (!valid && !Utf8.IsValid(line))
                block.Stop("the line is not valid UTF-8; save the file as UTF-8 text");
            else if (!line.IsEmpty && block.IsOfSeries(line))
                block.Row(line, hasZone);
            if (block.Fault is { } fault)
            {
                if (isFirst && block.Rows == 0 && fault.Column == layout.Names[layout.TimestampField]
                    && fault.Needed is not { Option: "timezone" })
                    block.Fault = WithRemarks(fault, CsvLine.RowsBeforeTimes(lines, layout));
                return block;
            }

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
                // Separators at the end of every line are no fields.
                if (line[at..].IndexOfAnyExcept(_layout.Separator, (byte)' ') < 0)
                    break;
                Stop($"the row has more than the header's {columns.Length} fields");
                return;
            }

            var column = columns[field];
            var rest = line[at..];
            if (column >= 0 && NumberParser.TryPrefix(rest, _marks[column], out var number, out var length)
                && (length == rest.Length || rest[length] == _layout.Separator) && Math.Abs(number) <= Largest)
            {
                if (_marks[column] == ',')
                    SeeComma(rest[..length], column, number);
                else if (_mayHaveCommas && Math.Abs(number) < BelowMarks && rest[..length].IndexOf(_marks[column]) < 0)
                    Commas[column] += number == 0 ? 0 : 1;
                Values[column][row] = _hasMissingNumbers && _layout.Cells.IsMissing(number) ? double.NaN : number;
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
                if (!Timestamp(_layout.TimeOfDayField < 0 ? cell : CsvLine.Time(line, _layout), row, hasZone))
                    return;
            }
            else if (column >= 0)
            {
                Values[column][row] = Number(cell, column);
            }

            at = next < 0 ? -1 : at + next;
        }

        if (field < _layout.LeastFields)
        {
            Stop(
                $"the row has {field} fields, the header "
                + $"{columns.Length}{(line.IndexOf((byte)'"') >= 0 ? " (is a quote not closed?)" : "")}");
            return;
        }

        for (; field < columns.Length; field++)
        {
            if (columns[field] >= 0)
                Values[columns[field]][row] = double.NaN;
        }

        Rows++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Timestamp(ReadOnlySpan<byte> cell, int row, bool hasZone)
    {
        var kind = _layout.TimeFormat is { } format ? format.Parse(cell, out var time) : TimestampParser.Parse(cell, out time);
        var name = _layout.Names[_layout.TimestampField];
        switch (kind)
        {
            case TimestampKinds.Invalid:
                var (advice, needed) = _layout.TimeFormat is null
                    ? TimestampAdvice.Of(Show(cell))
                    : ("write it in the form that time_format states", null);
                Stop($"'{Show(cell)}' is no timestamp; {advice}", name, needed);
                return false;
            case TimestampKinds.Zoned when !hasZone:
                Stop(
                    $"'{Show(cell)}' has a zone, but the dataset states none; set timezone, or write times without a zone",
                    name,
                    new OptionNeeded("timezone"));
                return false;
        }

        Kinds |= kind;
        if (kind > TimestampKinds.Epoch)
            FirstOf.TryAdd(kind, new CellFault(Lines, Show(cell)));
        Timestamps[row] = DateTime.SpecifyKind(time, kind switch
        {
            TimestampKinds.Zoned or TimestampKinds.Epoch => DateTimeKind.Utc,
            _ when (kind & TimestampKinds.OfTwoReadings) != 0 => TwoReadings.Mark,
            _ => DateTimeKind.Unspecified,
        });
        return true;
    }

    private double Number(ReadOnlySpan<byte> cell, int column)
    {
        switch (_layout.Cells.Read(cell, out var value))
        {
            case CellKind.CommaNumber:
                SeeComma(cell, column, value);
                break;
            case CellKind.TooLarge:
                TooLarge[column] ??= new CellFault(Lines, Show(cell));
                break;
            case CellKind.Text:
                Text[column] ??= new CellFault(Lines, Show(cell));
                Texts[column]++;
                break;
        }

        return value;
    }

    /// <summary>Commas before three digits of a number of thousands may stand there for its thousands.</summary>
    private void SeeComma(ReadOnlySpan<byte> cell, int column, double value)
    {
        var decimals = NumberParser.Decimals(cell, (byte)',');
        if (decimals == 0)
        {
            Commas[column] += value > Math.Floor(value) ? 1 : 0;
            return;
        }

        if (_layout.Separator != ',')
            _marks[column] = (byte)',';
        Comma[column] ??= new CellFault(Lines, Show(cell));
        Commas[column] += value == Math.Floor(value) ? 0 : 1;
        IsDecimalComma[column] |= decimals != 3 || Math.Abs(value) is < 1 or >= 1000;
    }

    private bool IsOfSeries(ReadOnlySpan<byte> line)
    {
        if (_layout.SeriesField < 0)
            return true;
        var value = CsvLine.Field(line, _layout, _layout.SeriesField).Trim((byte)' ');
        if (value.SequenceEqual(_layout.SeriesValue))
            return true;
        OtherSeries ??= Show(value);
        return false;
    }

    /// <summary>A fault in the first row, where rows with times follow: the row may be one of units.</summary>
    private static BlockFault WithRemarks(BlockFault fault, int? rows) => rows is not { } remarks ? fault : fault with
    {
        Message = $"{fault.Message}. If the row{(remarks > 1 ? $" is the first of {remarks} that hold" : " holds")} units or remarks and "
            + $"no measurements, set skip_rows to {remarks}",
        Needed = new OptionNeeded("skip_rows", remarks),
    };

    private void Stop(string fault, string? column = null, OptionNeeded? needed = null) =>
        Fault = new BlockFault(column is null ? fault : $"column '{column}': {fault}", Lines, column, needed);

    private static string Show(ReadOnlySpan<byte> cell)
    {
        var text = Encoding.UTF8.GetString(cell.Length > 40 ? cell[..40] : cell);
        return text + (cell.Length > 40 ? "..." : "");
    }
}
