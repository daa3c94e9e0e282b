namespace FLTS.Forecasting.Series.Csv;

/// <summary>Joins parsed blocks in order and turns their faults into sentences with absolute rows.</summary>
internal sealed class CsvTableBuilder(CsvLayout layout, string file, long firstRow, bool required, CsvReadOptions options)
{
    /// <summary>Rows; an estimate that is wrong must not ask for all the memory there is.</summary>
    private const int LargestPiece = 1 << 22;

    private readonly List<double[]>[] _values = [.. layout.Columns.Select(_ => new List<double[]>())];
    private readonly List<DateTime[]> _times = [];
    private readonly List<int> _rows = []; // of each piece
    private readonly (long Row, string Shown)?[] _text = new (long, string)?[layout.Columns.Length];
    private readonly (long Row, string Shown)?[] _tooLarge = new (long, string)?[layout.Columns.Length];
    private readonly NewestCsvRows? _newest =
        options.Newest > 0 ? new(layout.Columns.Length, options.Newest, options.NewestSpan) : null;
    private long _lines;
    private long _bytes;
    private int _room;
    private bool _epoch;
    private bool _zones;
    private bool _local;

    public long Rows { get; private set; }

    /// <summary>Copies a block's rows behind those that are there.</summary>
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
            throw Fault(
                $"{file}: row {firstRow + _lines + block.FaultLine}: {fault}.",
                firstRow + _lines + block.FaultLine,
                block.FaultColumn);
        _epoch |= block.HasEpoch;
        _zones |= block.HasZones;
        _local |= block.HasLocal;
        _lines += block.Lines;
        _bytes += block.Bytes;
        if ((Rows + block.Rows) * (layout.Columns.Length + 1L) > options.MaxCells)
            throw new InvalidInputException(
                $"{file}: {Rows + block.Rows} rows of {layout.Columns.Length + 1} columns, and more to come, are more than "
                + $"{options.MaxCells} values, the most that are taken (Limits:Cells, Limits:MemoryMb); leave columns or rows out.");
        if (Rows + block.Rows > Array.MaxLength)
            throw new TooLargeException($"{file}: more than {Array.MaxLength} rows.");
        if (_newest is not null)
        {
            _newest.Add(block.Timestamps.AsSpan(0, block.Rows), block.Values);
            Rows = _newest.Rows;
            return;
        }

        for (int done = 0, count; done < block.Rows; done += count)
        {
            if (_room == 0)
                AddPiece(block);
            count = Math.Min(_room, block.Rows - done);
            Append(block, done, count);
        }
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
                warnings.Add(
                    $"{file}: column '{layout.Columns[c]}' is left out: row {text.Row} holds '{text.Shown}', which is no "
                    + $"number{CommaHint(text.Shown)}.");
                continue;
            }

            RefuseColumn(c);
            kept.Add(c);
        }

        if (kept.Count == 0)
            throw new InvalidInputException($"{file}: no column is numeric. {string.Join(" ", warnings)}");
        if (_epoch)
            warnings.Add($"{file}: times are epoch seconds; without a timezone they are read as UTC.");

        if (_local && (_zones || _epoch))
            warnings.Add($"{file}: only some of the times carry a zone or are epoch seconds; the others are taken for local times.");

        var (times, pieces) = _newest is null ? Whole(kept) : _newest.Take(kept);
        if (_epoch || options.Timezone is not null)
            ZonedTimes.Settle(times, options);

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
            HasEpoch = _epoch,
            HasZones = _zones,
            MaxCells = options.MaxCells,
            Clock = options is { HasInstants: true, Timezone: { } zone } ? ZoneClock.Of(zone) : null,
            Resampling = options.Reading.Resample,
            StatedStep = options.Reading.Step is { } step ? SeriesStep.Parse(step, "step") : null,
        };
    }

    private (DateTime[] Times, ColumnBlocks Columns) Whole(List<int> kept)
    {
        var times = new DateTime[Rows];
        var at = 0;
        for (var p = 0; p < _rows.Count; at += _rows[p++])
            _times[p].AsSpan(0, _rows[p]).CopyTo(times.AsSpan(at));
        return (times, new ColumnBlocks(_rows, [.. kept.Select(c => _values[c].ToArray())]));
    }

    /// <summary>
    /// Room for all the rows a file of the expected size should have, else for as many again as there are. What is
    /// never written to costs no memory.
    /// </summary>
    private void AddPiece(CsvBlock block)
    {
        var expected = (1.02 * options.ExpectedBytes * (Rows + block.Rows) / _bytes) - Rows;
        _room = (int)Math.Min(
            Math.Clamp(expected > 0 ? (long)expected : Rows, block.Rows, Math.Max(block.Rows, LargestPiece)), Array.MaxLength - Rows);
        _times.Add(GC.AllocateUninitializedArray<DateTime>(_room));
        for (var c = 0; c < _values.Length; c++)
            _values[c].Add(_text[c] is null ? GC.AllocateUninitializedArray<double>(_room) : []);
        _rows.Add(0);
    }

    private void Append(CsvBlock block, int from, int count)
    {
        var at = _rows[^1];
        block.Timestamps.AsSpan(from, count).CopyTo(_times[^1].AsSpan(at));
        for (var c = 0; c < _values.Length; c++)
        {
            if (_text[c] is null)
                block.Values[c].AsSpan(from, count).CopyTo(_values[c][^1].AsSpan(at));
        }

        _rows[^1] += count;
        _room -= count;
        Rows += count;
    }

    private void RefuseColumn(int c)
    {
        var name = layout.Columns[c];
        if (_text[c] is { } text && (_tooLarge[c] is not { } earlier || text.Row < earlier.Row))
            throw Fault($"{file}: row {text.Row}, column '{name}': '{text.Shown}' is no number{CommaHint(text.Shown)}.", text.Row, name);
        if (_tooLarge[c] is { } large)
            throw Fault(
                $"{file}: row {large.Row}, column '{name}': '{large.Shown}' is infinite or beyond {CsvBlock.Largest:0e+0}; leave the "
                + "cell empty where there is no value.",
                large.Row,
                name);
    }

    private InvalidInputException Fault(string message, long row, string? column = null) =>
        new(message) { Details = { ["file"] = file, ["row"] = row, ["column"] = column } };

    private static string CommaHint(string shown) =>
        shown.Contains(',', StringComparison.Ordinal) ? " (the decimal sign is the point)" : "";
}
