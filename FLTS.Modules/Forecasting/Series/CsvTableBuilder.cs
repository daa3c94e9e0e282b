using FLTS.Modules.Contracts;

namespace FLTS.Modules.Forecasting.Series;

/// <summary>Joins parsed blocks in order and turns their faults into sentences with absolute rows.</summary>
internal sealed class CsvTableBuilder(CsvLayout layout, string file, int firstRow, bool required)
{
    private readonly List<CsvBlock> _blocks = [];
    private readonly (long Row, string Shown)?[] _text = new (long, string)?[layout.Columns.Length];
    private readonly (long Row, string Shown)?[] _tooLarge = new (long, string)?[layout.Columns.Length];
    private long _lines;
    private bool _epoch;

    public long Rows { get; private set; }

    /// <exception cref="InvalidInputException">The block holds a fault that stops the reading.</exception>
    public void Add(CsvBlock block)
    {
        for (var c = 0; c < layout.Columns.Length; c++)
        {
            if (block.Text[c] is { } text)
                _text[c] ??= (firstRow + _lines + text.Line, text.Shown);
            if (block.TooLarge[c] is { } large)
                _tooLarge[c] ??= (firstRow + _lines + large.Line, large.Shown);
            if (required)
                RefuseColumn(c);
        }

        if (block.Fault is { } fault)
            throw Fault($"{file}: row {firstRow + _lines + block.FaultLine}: {fault}.", firstRow + _lines + block.FaultLine);
        _epoch |= block.HasEpoch;
        _lines += block.Lines;
        Rows += block.Rows;
        if (Rows > Array.MaxLength)
            throw new TooLargeException($"{file}: more than {Array.MaxLength} rows.");
        if (block.Rows > 0)
            _blocks.Add(block);
    }

    /// <exception cref="InvalidInputException">No rows, or no numeric column.</exception>
    public RawTable Build(long bytes)
    {
        if (Rows == 0)
            throw new InvalidInputException($"{file}: the file has a header but no rows.");
        var warnings = new List<string>();
        var kept = new List<int>();
        for (var c = 0; c < layout.Columns.Length; c++)
        {
            if (_text[c] is { } text)
            {
                warnings.Add($"{file}: column '{layout.Columns[c]}' is left out: row {text.Row} holds '{text.Shown}', which is no number{CommaHint(text.Shown)}.");
                continue;
            }

            RefuseColumn(c);
            kept.Add(c);
        }

        if (kept.Count == 0)
            throw new InvalidInputException($"{file}: no column is numeric. {string.Join(" ", warnings)}");
        if (_epoch)
            warnings.Add($"{file}: times are epoch seconds; without a timezone they are read as UTC.");

        var times = new DateTime[Rows];
        var at = 0;
        foreach (var block in _blocks)
        {
            block.Timestamps.AsSpan(0, block.Rows).CopyTo(times.AsSpan(at));
            at += block.Rows;
        }

        var pieces = new ColumnBlocks([.. _blocks.Select(b => b.Rows)], [.. kept.Select(c => _blocks.Select(b => b.Values[c]).ToArray())]);
        _blocks.Clear();
        return new RawTable(
            file,
            times,
            layout.Names[layout.TimestampField],
            [.. kept.Select(c => layout.Columns[c])],
            [.. layout.Names.Where((_, f) => f != layout.TimestampField)],
            pieces)
        {
            Bytes = bytes,
            Warnings = warnings,
        };
    }

    private void RefuseColumn(int c)
    {
        var name = layout.Columns[c];
        if (_text[c] is { } text && (_tooLarge[c] is not { } earlier || text.Row < earlier.Row))
            throw Fault($"{file}: row {text.Row}, column '{name}': '{text.Shown}' is no number{CommaHint(text.Shown)}.", text.Row, name);
        if (_tooLarge[c] is { } large)
            throw Fault($"{file}: row {large.Row}, column '{name}': '{large.Shown}' is infinite or beyond {CsvBlock.Largest:0e+0}; leave the cell empty where there is no value.", large.Row, name);
    }

    private InvalidInputException Fault(string message, long row, string? column = null) =>
        new(message) { Details = { ["file"] = file, ["row"] = row, ["column"] = column } };

    private static string CommaHint(string shown) => shown.Contains(',', StringComparison.Ordinal) ? " (the decimal sign is the point)" : "";
}
