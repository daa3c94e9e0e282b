using System.Globalization;
using System.Text.Json.Nodes;

namespace FLTS.Forecasting.Series.Grid;

/// <summary>A table on a regular grid: sorted, one row a step inside a segment, holes explicit. T rows, C columns.</summary>
public sealed class SeriesFrame
{
    /// <summary>Most missing rows a gap may have before it ends the segment, unless a config says otherwise.</summary>
    public const int DefaultMaxGapSteps = 30;

    /// <summary>Share of the rows that may be dropped because another has their time.</summary>
    private const double MostDoubles = 0.01;

    private readonly RawTable _table;
    private readonly int[]? _rows; // [T] row of the table, -1 where there is none; null where the rows are the table's
    private double[][]? _values;

    private SeriesFrame(RawTable table, int[]? rows) => (_table, _rows) = (table, rows);

    /// <summary>[T] ascending.</summary>
    public required DateTime[] Timestamps { get; init; }

    /// <summary>[T] ascending from 0.</summary>
    public required int[] Segments { get; init; }

    public required SeriesStep Step { get; init; }

    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>[C][T] NaN where missing. Made when first asked for.</summary>
    public double[][] Values => _values ??= [.. Enumerable.Range(0, Columns.Count).Select(c => Take(c, 0, Rows))];

    public required SeriesReport Report { get; init; }

    public int Rows => Timestamps.Length;

    /// <summary>Sorts, removes doubles, snaps to the grid, makes gaps explicit (FORECASTING.md 1).</summary>
    /// <param name="table">The table; it is kept, and its arrays are taken over where nothing has to change.</param>
    /// <param name="maxGapSteps">Most missing rows a gap may have before it ends the segment.</param>
    /// <param name="step">Step of the train part for a test part; null: what is stated, else found.</param>
    /// <param name="isExcerpt">Rows cut out of a file: doubles are no share of them.</param>
    /// <exception cref="InvalidInputException">Fewer than two rows, or under 75 % of the steps are regular.</exception>
    public static SeriesFrame From(RawTable table, int maxGapSteps, SeriesStep? step = null, bool isExcerpt = false)
    {
        var (order, outOfOrder, duplicates) = RowOrder(table.Timestamps);
        var times = order is null ? table.Timestamps : Array.ConvertAll(order, row => table.Timestamps[row]);
        var read = table.Rows;
        if (!isExcerpt)
            RefuseDoubles(duplicates, read, table);
        if (table.Resampling is not null)
        {
            table = Resampler.Of(table, times, order);
            (times, order) = (table.Timestamps, null);
        }

        var grid = StepGrid.Of(times, table.Clock, table.StatedStep, step, table.Name);
        RefuseFinerThanKept(grid.Step, table.Name);
        var warnings = new List<string>();
        if (grid.Frequency.RegularShare < 0.98)
            warnings.Add(FormattableString.Invariant(
                $"{table.Name}: {grid.Frequency.RegularShare:0.0%} of the steps are {grid.Step}; the rest are gaps or off the grid."));

        var rows = new GridBuilder(grid.Places, grid.Frequency, maxGapSteps, table.MaxCells / (table.Columns.Count + 1), times);
        duplicates += rows.Duplicates;
        if (!isExcerpt)
            RefuseDoubles(duplicates, read, table);
        var (laid, snapped) = grid.Step.IsPlain ? (rows.Timestamps, rows.Snapped) : Times(grid, rows, times);
        return new SeriesFrame(table, TableRows(order, rows.Source))
        {
            Timestamps = ToMicroseconds(laid),
            Segments = rows.Segments,
            Step = grid.Step,
            Columns = table.Columns,
            Report = new SeriesReport
            {
                RowsRead = read,
                Rows = rows.Rows,
                StepSeconds = grid.Step.Duration.TotalSeconds,
                Step = grid.Step.Calendar,
                RegularShare = grid.Frequency.RegularShare,
                OutOfOrder = outOfOrder,
                Duplicates = duplicates,
                Snapped = snapped,
                OffGrid = rows.OffGrid,
                Gaps = rows.Gaps,
                GapRows = rows.GapRows,
                LongGaps = rows.LongGaps,
                Segments = rows.Segments[^1] + 1,
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

    /// <summary>A file of several series has every time once a series: all but one would be lost.</summary>
    private static void RefuseDoubles(int doubles, int rows, RawTable table)
    {
        if (doubles <= MostDoubles * rows)
            return;

        var candidates = SeriesCandidates.Of(table);
        throw new InvalidInputException(string.Create(
            CultureInfo.InvariantCulture,
            $"{table.Name}: {doubles} of {rows} rows have the time of a later row ({doubles / (double)rows:0.0%}; at most "
            + $"{MostDoubles:0%} are dropped). If the file holds several series, name the column that tells them apart as series_column"
            + $"{(candidates.Count > 0 ? $", perhaps '{candidates[0]}'" : "")}; if it holds local times over a change of clocks, set "
            + $"timezone."))
        {
            Needed = new OptionNeeded("series_column", [.. candidates.Select(c => (JsonNode)c)]),
        };
    }

    /// <summary>[T] The times of places, and how many rows were moved; an instant that is on the grid stays as it is.</summary>
    private static (DateTime[] Times, int Moved) Times(StepGrid grid, GridBuilder rows, DateTime[] times)
    {
        var (laid, moved) = (new DateTime[rows.Rows], 0);
        for (var t = 0; t < laid.Length; t++)
        {
            var source = rows.Source is null ? t : rows.Source[t];
            var stays = source >= 0 && grid.Step.Unit == StepUnit.Duration && grid.Places[source] == rows.Timestamps[t];
            laid[t] = stays ? times[source] : grid.Time(rows.Timestamps[t]);
            moved += source >= 0 && laid[t] != times[source] ? 1 : 0;
        }

        return (laid, moved);
    }

    /// <summary>Files keep times to the microsecond: a finer step would come back as another one.</summary>
    private static void RefuseFinerThanKept(SeriesStep step, string file)
    {
        if (step.Duration.Ticks % TimeSpan.TicksPerMicrosecond == 0)
            return;

        throw new InvalidInputException(FormattableString.Invariant(
            $"{file}: the step between rows is {step.Duration.Ticks * 100} ns, but times are kept to the microsecond (1000 ns). ")
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
