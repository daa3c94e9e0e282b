using System.Diagnostics.CodeAnalysis;
using FLTS.Forecasting.Series.Times;

namespace FLTS.Forecasting.Series;

/// <summary>A CSV as read: rows in file order, nothing cleaned. R rows, C numeric columns.</summary>
public sealed class RawTable
{
    private DateTime[] _timestamps = [];
    private double[][]? _values;
    private ColumnBlocks? _blocks;

    public RawTable()
    {
    }

    /// <summary>A table whose columns are still in the pieces they were read in.</summary>
    [SetsRequiredMembers]
#pragma warning disable CS8618 // Values are made of the pieces when they are first asked for.
    internal RawTable(
        string name,
        DateTime[] timestamps,
        string timestampColumn,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> header,
        ColumnBlocks blocks) =>
        (Name, Timestamps, TimestampColumn, Columns, Header, _blocks) = (name, timestamps, timestampColumn, columns, header, blocks);
#pragma warning restore CS8618

    /// <summary>Name for messages, for example <c>PobleSec.csv</c>.</summary>
    public required string Name { get; init; }

    /// <summary>[R] Row times in file order: instants in UTC where the dataset has a zone, else without one.</summary>
    public required DateTime[] Timestamps { get => _timestamps; init => _timestamps = value; }

    /// <summary>Name of the column the times came from.</summary>
    public required string TimestampColumn { get; init; }

    /// <summary>C numeric columns that were read, in file order.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>[C][R] NaN where the cell was empty, NaN, NA or null; else finite, at most 1e100 in size.</summary>
    public required double[][] Values
    {
        get => _values ??= [.. Enumerable.Range(0, Columns.Count).Select(c => CopyOf(c, 0, Rows))];
        init => _values = value;
    }

    /// <summary>All column names of the file but the timestamp's, text columns among them.</summary>
    public required IReadOnlyList<string> Header { get; init; }

    /// <summary>Bytes read, after decompression.</summary>
    public long Bytes { get; init; }

    /// <summary>Sentences about how it was read.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Those of them that say what was left out.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>Most values that may come of it, rows times columns, when gaps are filled and lags are added.</summary>
    internal long MaxCells { get; init; } = Csv.CsvReadOptions.DefaultMaxCells;

    /// <summary>What the options say that the step is; null: it is found.</summary>
    internal SeriesStep? StatedStep { get; init; }

    /// <summary>Grid that irregular rows are brought to; null: none.</summary>
    internal Resampling? Resampling { get; init; }

    /// <summary>Clock of the zone whose instants the times are; null: times without a zone.</summary>
    internal ZoneClock? Clock { get; init; }

    /// <summary>How the times are written.</summary>
    internal TimestampKinds TimeKinds { get; init; }

    /// <summary>Columns with decimal commas.</summary>
    internal IReadOnlyList<string> CommaColumns { get; init; } = [];

    /// <summary>Some times were counted from 1970.</summary>
    internal bool HasEpoch => TimeKinds.HasFlag(TimestampKinds.Epoch);

    /// <summary>Some times carried a zone.</summary>
    internal bool HasZones => TimeKinds.HasFlag(TimestampKinds.Zoned);

    public int Rows => Timestamps.Length;

    /// <summary>A row's time as people read it.</summary>
    public string Show(int row) => ((SeriesStep)TimeSpan.Zero with { Clock = Clock }).Show(Timestamps[row]);

    /// <summary>This with the rows of another file of the same columns behind its own.</summary>
    /// <exception cref="InvalidInputException">The other lacks a column.</exception>
    internal RawTable With(RawTable more)
    {
        var places = Columns.Select(c => more.Columns.ToList().IndexOf(c)).ToList();
        if (places.IndexOf(-1) is var absent and >= 0)
            throw new InvalidInputException($"{more.Name} lacks the column {Columns[absent]} of {Name}.");

        return new RawTable
        {
            Name = more.Name,
            Timestamps = [.. Timestamps, .. more.Timestamps],
            TimestampColumn = TimestampColumn,
            Columns = Columns,
            Values = [.. Values.Select((values, c) => (double[])[.. values, .. more.Values[places[c]]])],
            Header = Header,
            MaxCells = MaxCells,
            StatedStep = StatedStep,
            Resampling = Resampling,
            Clock = Clock,
        };
    }

    /// <summary>
    /// This with rows that came later: in the order of time, each in the place of all that have its time.
    /// </summary>
    /// <param name="times">[N] Each once, in any order.</param>
    /// <param name="values">[N][C]</param>
    internal RawTable Over(IReadOnlyList<DateTime> times, IReadOnlyList<double[]> values)
    {
        var replaced = times.ToHashSet();
        (DateTime Time, int Row)[] rows =
        [
            .. Enumerable.Range(0, Rows).Where(row => !replaced.Contains(Timestamps[row])).Select(row => (Timestamps[row], row)),
            .. Enumerable.Range(0, times.Count).Select(i => (times[i], ~i)),
        ];
        Array.Sort(rows); // Rows of one time are all of this table, and stay in its order.
        return Having(
            this,
            Array.ConvertAll(rows, r => r.Time),
            [.. Values.Select((own, c) => Array.ConvertAll(rows, r => r.Row < 0 ? values[~r.Row][c] : own[r.Row]))]);
    }

    /// <summary>Some of its rows, as a table that is called and was read as another of these columns.</summary>
    internal RawTable Cut(Range rows, RawTable other) => Having(other, Timestamps[rows], [.. Values.Select(column => column[rows])]);

    private RawTable Having(RawTable other, DateTime[] timestamps, double[][] values) => new()
    {
        Name = other.Name,
        Timestamps = timestamps,
        TimestampColumn = TimestampColumn,
        Columns = Columns,
        Values = values,
        Header = Header,
        Bytes = other.Bytes,
        Warnings = other.Warnings,
        LeftOut = other.LeftOut,
        MaxCells = MaxCells,
        StatedStep = StatedStep,
        Resampling = Resampling,
        Clock = Clock,
        TimeKinds = TimeKinds,
        CommaColumns = CommaColumns,
    };

    /// <summary>Rows of a column by number, NaN for -1.</summary>
    internal double[] Gather(int column, ReadOnlySpan<int> rows)
    {
        var gathered = GC.AllocateUninitializedArray<double>(rows.Length);
        if (_values is { } values)
        {
            for (var t = 0; t < rows.Length; t++)
                gathered[t] = rows[t] < 0 ? double.NaN : values[column][rows[t]];
        }
        else
        {
            Blocks.Gather(column, rows, gathered);
        }

        return gathered;
    }

    /// <summary>Rows of a column; the column itself where that is all of it.</summary>
    internal double[] Take(int column, int start, int count) =>
        _values is { } values ? (count == Rows ? values[column] : values[column][start..(start + count)]) : CopyOf(column, start, count);

    /// <summary>Lets go of a column's pieces: whoever prepares the table has copied what it needs, and they are as large as that.</summary>
    internal void Drop(int column)
    {
        if (_values is null)
            Blocks.Drop(column);
    }

    /// <summary>Lets go of all that was read; for when nothing holds a frame of it any more either.</summary>
    internal void Drop()
    {
        if (_blocks is not { } blocks)
            return;
        (_blocks, _timestamps) = (null, []);
        blocks.Drop();
    }

    private ColumnBlocks Blocks =>
        _blocks ?? throw new InvalidOperationException($"The numbers of {Name} were taken over by whoever prepared it.");

    private double[] CopyOf(int column, int start, int count)
    {
        var copy = GC.AllocateUninitializedArray<double>(count);
        Blocks.CopyTo(column, start, copy);
        return copy;
    }
}
