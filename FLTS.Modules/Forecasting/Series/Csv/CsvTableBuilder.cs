using FLTS.Forecasting.Series.Times;

namespace FLTS.Forecasting.Series.Csv;

/// <summary>Joins parsed blocks in order and turns their faults into sentences with absolute rows.</summary>
internal sealed class CsvTableBuilder(CsvLayout layout, string file, long firstRow, bool required, CsvReadOptions options)
{
    /// <summary>Rows; an estimate that is wrong must not ask for all the memory there is.</summary>
    private const int LargestPiece = 1 << 22;

    private readonly List<double[]>[] _values = [.. layout.Columns.Select(_ => new List<double[]>())];
    private readonly List<DateTime[]> _times = [];
    private readonly List<int> _rows = []; // of each piece
    private readonly NewestCsvRows? _newest =
        options.Newest > 0 ? new(layout.Columns.Length, options.Newest, options.NewestSpan) : null;
    private readonly CsvColumnNotes _notes = new(layout, file);
    private readonly CsvTimes _timeNotes = new(file, layout.Names[layout.TimestampField], options);
    private readonly long[] _numbers = new long[layout.Columns.Length]; // of columns whose pieces are not kept
    private long _lines;
    private long _bytes;
    private int _room;
    private string? _otherSeries;

    public long Rows { get; private set; }

    /// <summary>Copies a block's rows behind those that are there.</summary>
    /// <exception cref="InvalidInputException">The block holds a fault that stops the reading.</exception>
    public void Add(CsvBlock block)
    {
        for (var c = 0; c < layout.Columns.Length; c++)
        {
            if (block.Text[c] is null && _notes.Texts[c] == 0 && _newest is null)
                continue;
            if (_notes.Texts[c] == 0 && _newest is null)
                _numbers[c] = Count(c, number => !double.IsNaN(number));
            _numbers[c] += block.Rows - block.Values[c].AsSpan(0, block.Rows).Count(double.NaN);
        }

        _notes.Add(block, firstRow + _lines);
        _timeNotes.Add(block, firstRow + _lines);
        for (var c = 0; required && c < layout.Columns.Length; c++)
            _notes.RefuseText(c);
        if (block.Fault is { } fault)
            throw new InvalidInputException($"{file}: row {firstRow + _lines + fault.Line}: {fault.Message}.")
            {
                Details = { ["file"] = file, ["row"] = firstRow + _lines + fault.Line, ["column"] = fault.Column },
                Needed = fault.Needed,
            };
        _otherSeries ??= block.OtherSeries;
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
            // What times of two readings are, all of them say.
            _newest.Add(
                block.Timestamps.AsSpan(0, block.Rows), block.Values, areSettled: (_timeNotes.Kinds & TimestampKinds.OfTwoReadings) == 0);
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
            throw new InvalidInputException(
                _otherSeries is null
                    ? $"{file}: the file has a header but no rows."
                    : $"{file}: no row has '{options.Reading.SeriesValue}' in column '{options.Reading.SeriesColumn}'; others have, for "
                        + $"example, '{_otherSeries}'.");
        var (warnings, leftOut) = (new List<string>(), new List<string>());
        var dropped = new HashSet<string>(StringComparer.Ordinal);
        var kept = new List<int>();
        for (var c = 0; c < layout.Columns.Length; c++)
        {
            if (!required && IsNoColumn(c, out var isIndex))
            {
                dropped.Add(layout.Columns[c]);
                if (isIndex)
                    leftOut.Add($"{file}: the first column, which has no name, numbers the rows and is left out.");
                continue;
            }

            if (_notes.Texts[c] > _numbers[c])
            {
                leftOut.Add(_notes.LeftOut(c));
                continue;
            }

            _notes.RefuseText(c);
            kept.Add(c);
        }

        if (kept.Count == 0)
            throw new InvalidInputException($"{file}: no column is numeric. {string.Join(" ", leftOut)}");
        RefuseUnclear(kept);

        var times = _newest?.Times ?? Times();
        if (_timeNotes.Settle(times) is { } howRead)
            warnings.Add(howRead);
        ZonedTimes.Settle(times, options.Timezone, options.HasInstants);
        const TimestampKinds Instants = TimestampKinds.Zoned | TimestampKinds.Epoch;
        if (_timeNotes.Kinds.HasFlag(TimestampKinds.Epoch) && options.Timezone is null)
            warnings.Add($"{file}: times are counted from 1970; without a timezone they are read as UTC.");
        if ((_timeNotes.Kinds & Instants) != 0 && (_timeNotes.Kinds & ~Instants) != 0)
            warnings.Add($"{file}: only some of the times carry a zone or are epoch seconds; the others are taken for local times.");

        var pieces = _newest is null ? new ColumnBlocks(_rows, [.. kept.Select(c => _values[c].ToArray())]) : _newest.Take(ref times, kept);

        return new RawTable(
            file,
            times,
            layout.TimestampName,
            [.. kept.Select(c => layout.Columns[c])],
            [.. layout.Header.Where(name => !dropped.Contains(name))],
            pieces)
        {
            Bytes = bytes,
            Warnings = [.. leftOut, .. warnings],
            LeftOut = leftOut,
            TimeKinds = _timeNotes.Kinds,
            CommaColumns = [.. kept.Where(_notes.HasCommas).Select(c => layout.Columns[c])],
            MaxCells = options.MaxCells,
            Clock = options is { HasInstants: true, Timezone: { } zone } ? ZoneClock.Of(zone) : null,
            Resampling = options.Reading.Resample,
            StatedStep = options.Reading.Step is { } step ? SeriesStep.Parse(step, "step") : null,
        };
    }

    private DateTime[] Times()
    {
        var times = new DateTime[Rows];
        var at = 0;
        for (var p = 0; p < _rows.Count; at += _rows[p++])
            _times[p].AsSpan(0, _rows[p]).CopyTo(times.AsSpan(at));
        return times;
    }

    /// <summary>
    /// A nameless column that holds nothing, as behind a separator at every line's end, or the first, which numbers the rows.
    /// </summary>
    private bool IsNoColumn(int c, out bool isIndex)
    {
        var field = Array.IndexOf(layout.ColumnOfField, c);
        isIndex = false;
        if (!layout.IsNameless[field] || _notes.Texts[c] > 0)
            return false;
        var numbers = Pieces(c).SelectMany(piece => piece).Where(number => !double.IsNaN(number)).ToList();
        isIndex = field == 0 && numbers.Count > 0 && numbers.TrueForAll(number => number >= 0 && number == Math.Floor(number))
            && numbers.Distinct().Count() == numbers.Count;
        return isIndex || numbers.Count == 0;
    }

    private void RefuseUnclear(List<int> kept)
    {
        if (layout.Cells.Mark != 0 || !kept.Exists(_notes.HasCommas))
            return;
        foreach (var c in kept)
        {
            if (_notes.HasCommas(c))
                _notes.RefuseUnclearCommas(c, Count(c, number => number != Math.Floor(number) && !double.IsNaN(number)));
            else if (layout.Separator == ';' && Thousand(c) is { } example)
                _notes.RefuseUnclearPoints(c, example);
        }
    }

    /// <summary>A number of three decimals, where all that are not whole could be some without a point between their thousands.</summary>
    private double? Thousand(int c)
    {
        double? example = null;
        foreach (var number in Pieces(c).SelectMany(piece => piece))
        {
            if (double.IsNaN(number) || number == Math.Floor(number))
                continue;
            if (Math.Abs(number) is < 1 or >= 1000 || Math.Abs((number * 1000) - Math.Round(number * 1000)) > 1e-7)
                return null;
            if (Math.Abs((number * 100) - Math.Round(number * 100)) > 1e-7)
                example ??= number;
        }

        return example;
    }

    private long Count(int c, Func<double, bool> what) => Pieces(c).Sum(piece => (long)piece.Count(what));

    private IEnumerable<ArraySegment<double>> Pieces(int c) => _newest is not null
        ? [_newest.Column(c)]
        : _values[c].Select((piece, p) => new ArraySegment<double>(piece, 0, Math.Min(piece.Length, _rows[p])));

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
            _values[c].Add(_notes.Texts[c] == 0 ? GC.AllocateUninitializedArray<double>(_room) : []);
        _rows.Add(0);
    }

    private void Append(CsvBlock block, int from, int count)
    {
        var at = _rows[^1];
        block.Timestamps.AsSpan(from, count).CopyTo(_times[^1].AsSpan(at));
        for (var c = 0; c < _values.Length; c++)
        {
            if (_notes.Texts[c] == 0)
                block.Values[c].AsSpan(from, count).CopyTo(_values[c][^1].AsSpan(at));
        }

        _rows[^1] += count;
        _room -= count;
        Rows += count;
    }
}
