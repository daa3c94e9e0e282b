namespace FLTS.Forecasting.Series.Grid;

/// <summary>A table on a regular grid: sorted, one row a step inside a segment, holes explicit. T rows, C columns.</summary>
public sealed class SeriesFrame
{
    /// <summary>Most missing rows a gap may have before it ends the segment, unless a config says otherwise.</summary>
    public const int DefaultMaxGapSteps = 30;

    private readonly RawTable _table;
    private readonly int[]? _rows; // [T] row of the table, -1 where there is none; null where the rows are the table's
    private double[][]? _values;

    private SeriesFrame(RawTable table, int[]? rows) => (_table, _rows) = (table, rows);

    /// <summary>[T] ascending.</summary>
    public required DateTime[] Timestamps { get; init; }

    /// <summary>[T] ascending from 0.</summary>
    public required int[] Segments { get; init; }

    public required TimeSpan Step { get; init; }

    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>[C][T] NaN where missing. Made when first asked for.</summary>
    public double[][] Values => _values ??= [.. Enumerable.Range(0, Columns.Count).Select(c => Take(c, 0, Rows))];

    public required SeriesReport Report { get; init; }

    public int Rows => Timestamps.Length;

    /// <summary>Sorts, removes doubles, snaps to the grid, makes gaps explicit (FORECASTING.md 1).</summary>
    /// <param name="table">The table; it is kept, and its arrays are taken over where nothing has to change.</param>
    /// <param name="maxGapSteps">Most missing rows a gap may have before it ends the segment.</param>
    /// <param name="step">Step of the train part for a test part; null: the most frequent difference.</param>
    /// <exception cref="InvalidInputException">Fewer than two rows, or under 75 % of the steps are regular.</exception>
    public static SeriesFrame From(RawTable table, int maxGapSteps, TimeSpan? step = null)
    {
        var (order, outOfOrder, duplicates) = RowOrder(table.Timestamps);
        var times = order is null ? table.Timestamps : Array.ConvertAll(order, row => table.Timestamps[row]);
        var warnings = new List<string>();
        var found = Frequency.Of(times, step, table.Name);
        RefuseFinerThanKept(found.Step, table.Name);
        if (found.RegularShare < 0.98)
            warnings.Add(FormattableString.Invariant(
                $"{table.Name}: {found.RegularShare:0.0%} of the steps are {found.Step}; the rest are gaps or off the grid."));

        var grid = new GridBuilder(times, found, maxGapSteps, table.MaxCells / (table.Columns.Count + 1));
        return new SeriesFrame(table, TableRows(order, grid.Source))
        {
            Timestamps = ToMicroseconds(grid.Timestamps),
            Segments = grid.Segments,
            Step = found.Step,
            Columns = table.Columns,
            Report = new SeriesReport
            {
                RowsRead = table.Rows,
                Rows = grid.Rows,
                StepSeconds = found.Step.TotalSeconds,
                RegularShare = found.RegularShare,
                OutOfOrder = outOfOrder,
                Duplicates = duplicates + grid.Duplicates,
                Snapped = grid.Snapped,
                OffGrid = grid.OffGrid,
                Gaps = grid.Gaps,
                GapRows = grid.GapRows,
                LongGaps = grid.LongGaps,
                Segments = grid.Segments[^1] + 1,
                Warnings = warnings,
            },
        };
    }

    /// <summary>
    /// Rows of one column, by themselves: a frame's columns are never all in memory unless <see cref="Values"/> is asked for.
    /// </summary>
    internal double[] Take(int column, int start, int count) =>
        _rows is null ? _table.Take(column, start, count) : _table.Gather(column, _rows.AsSpan(start, count));

    /// <summary>Lets go of a column of the table.</summary>
    internal void Drop(int column) => _table.Drop(column);

    /// <summary>Files keep times to the microsecond: a finer step would come back as another one.</summary>
    private static void RefuseFinerThanKept(TimeSpan step, string file)
    {
        if (step.Ticks % TimeSpan.TicksPerMicrosecond == 0)
            return;

        throw new InvalidInputException(FormattableString.Invariant(
            $"{file}: the step between rows is {step.Ticks * 100} ns, but times are kept to the microsecond (1000 ns). ")
            + "Resample the data to a step of whole microseconds, or write the times in a larger unit.");
    }

    /// <summary>What of a time is finer than a microsecond is cut off; the same array where nothing is.</summary>
    private static DateTime[] ToMicroseconds(DateTime[] times) =>
        Array.Exists(times, t => t.Ticks % TimeSpan.TicksPerMicrosecond != 0)
            ? Array.ConvertAll(times, t => t.AddTicks(-(t.Ticks % TimeSpan.TicksPerMicrosecond)))
            : times;

    /// <summary>[T] Table row of each frame row: sorted first, then laid on the grid.</summary>
    private static int[]? TableRows(int[]? order, int[]? source)
    {
        if (order is null || source is null)
            return source ?? order;
        for (var t = 0; t < source.Length; t++)
        {
            if (source[t] >= 0)
                source[t] = order[source[t]];
        }

        return source;
    }

    /// <summary>Rows in time order without doubles (the last row of a time stays); null when that is how they are.</summary>
    private static (int[]? Order, int OutOfOrder, int Duplicates) RowOrder(DateTime[] times)
    {
        var (outOfOrder, same) = (0, 0);
        for (var i = 1; i < times.Length; i++)
        {
            if (times[i] < times[i - 1])
                outOfOrder++;
            else if (times[i] == times[i - 1])
                same++;
        }

        if (outOfOrder == 0 && same == 0)
            return (null, 0, 0);

        var order = new int[times.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (a, b) => times[a] != times[b] ? times[a].CompareTo(times[b]) : a.CompareTo(b));
        var kept = 0;
        for (var i = 0; i < order.Length; i++)
        {
            if (i + 1 == order.Length || times[order[i + 1]] != times[order[i]])
                order[kept++] = order[i];
        }

        return (order[..kept], outOfOrder, times.Length - kept);
    }
}
