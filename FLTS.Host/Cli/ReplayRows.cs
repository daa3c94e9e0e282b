using System.Globalization;
using System.Text;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Csv;

namespace FLTS.Host.Cli;

/// <summary>The rows of a file in the order of their times, as the text that a station would send.</summary>
internal sealed class ReplayRows
{
    private readonly RawTable _table;
    private readonly int[] _order;
    private readonly double[] _ranges;
    private readonly IReadOnlyList<ReplayFault> _faults;

    private ReplayRows(RawTable table, IReadOnlyList<ReplayFault> faults, (DateTime? From, DateTime? To) span)
    {
        (_table, _faults) = (table, faults);
        _order = [.. Enumerable.Range(0, table.Rows).OrderBy(row => table.Timestamps[row])];
        if (_order.Length < 3)
            throw new InvalidInputException($"{table.Name} has {_order.Length} rows: too few to be replayed.");

        Step = Enumerable.Range(1, _order.Length - 1).Select(i => Time(i) - Time(i - 1)).Where(d => d > TimeSpan.Zero)
            .GroupBy(d => d).MaxBy(g => g.Count())!.Key;
        First = span.From is { } from ? Behind(t => t < from) : (int)(_order.Length * 0.8);
        End = span.To is { } to ? Behind(t => t <= to) : _order.Length;
        if (First < 2 || First > End)
            throw new InvalidInputException(
                $"{table.Name}: its rows are from {Show(Time(0))} to {Show(Time(_order.Length - 1))}; --from must lie behind the first of "
                + "them, so that there is something to learn from, and --to not before it.");

        _ranges = [.. table.Values.Select(column => Range(_order[..First].Select(row => column[row]).Where(double.IsFinite)))];
    }

    /// <summary>The most frequent difference between two rows.</summary>
    public TimeSpan Step { get; }

    /// <summary>The first row that is sent as a measurement; those before it are the dataset.</summary>
    public int First { get; }

    /// <summary>Behind the last row.</summary>
    public int End { get; }

    /// <param name="path">A CSV; <c>NAME_test.csv</c> beside <c>NAME.csv</c> belongs to it.</param>
    /// <param name="faults">What goes wrong.</param>
    /// <param name="span">First and last time that is sent; null: the last fifth of the rows.</param>
    /// <exception cref="InvalidInputException">No such file, or it cannot be read or cut so.</exception>
    public static ReplayRows Read(string path, IReadOnlyList<ReplayFault> faults, (DateTime? From, DateTime? To) span)
    {
        if (!File.Exists(path))
            throw new InvalidInputException($"--dataset {path}: there is no such file.");

        var table = Table(path);
        var test = Path.Combine(
            Path.GetDirectoryName(path)!, $"{Path.GetFileNameWithoutExtension(path)}_test{Path.GetExtension(path)}");
        return new ReplayRows(File.Exists(test) ? table.With(Table(test)) : table, faults, span);
    }

    /// <summary>Time of a row.</summary>
    public DateTime Time(int row) => _table.Timestamps[_order[row]];

    /// <summary>When a row is there to be sent: a step after the time that it is of, and later where it is late.</summary>
    public DateTime Comes(int row) =>
        Time(row) + (Step * (1 + _faults.Where(f => f.Kind == ReplayFault.Late && Time(row) >= f.From).Sum(f => f.Size)));

    /// <summary>The rows that come, in order, as many at once as lie within a span; where rows come late, each by itself.</summary>
    /// <param name="atOnce">The span.</param>
    public IEnumerable<int[]> Deliveries(TimeSpan atOnce)
    {
        var late = _faults.Where(f => f.Kind == ReplayFault.Late).Select(f => f.From).DefaultIfEmpty(DateTime.MaxValue).Min();
        var coming = Enumerable.Range(First, End - First).Where(row => !IsLost(row)).ToList();
        foreach (var some in coming.Where(row => Time(row) < late).Chunk(Math.Max(1, (int)(atOnce / Step))))
            yield return some;
        foreach (var row in coming.Where(row => Time(row) >= late))
            yield return [row];
    }

    private bool IsLost(int row) =>
        _faults.Any(f => f.Kind == ReplayFault.Gap && Time(row) >= f.From && Time(row) < f.From + (Step * f.Size));

    /// <summary>Rows as CSV with a header.</summary>
    /// <param name="rows">Which.</param>
    public string Csv(IEnumerable<int> rows)
    {
        var text = new StringBuilder(_table.TimestampColumn);
        foreach (var column in _table.Columns)
            text.Append(',').Append(column.Contains(',', StringComparison.Ordinal) ? $"\"{column}\"" : column);
        text.Append('\n');
        foreach (var row in rows)
        {
            text.Append(Show(Time(row)));
            var shift = _faults.Where(f => f.Kind == ReplayFault.Shift && Time(row) >= f.From).Sum(f => f.Size);
            for (var c = 0; c < _table.Columns.Count; c++)
            {
                var value = _table.Values[c][_order[row]] + (shift * _ranges[c]);
                text.Append(',').Append(double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>A time as it is sent.</summary>
    public static string Show(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);

    private static double Range(IEnumerable<double> values)
    {
        var (min, max) = values.Aggregate((Min: double.MaxValue, Max: double.MinValue), (s, v) => (Math.Min(s.Min, v), Math.Max(s.Max, v)));
        return Math.Max(0, max - min);
    }

    private static RawTable Table(string path)
    {
        using var stream = File.OpenRead(path);
        var table = CsvTableReader.Read(stream, path, new CsvReadOptions());
        return table;
    }

    private int Behind(Func<DateTime, bool> isBefore) => _order.Count(row => isBefore(_table.Timestamps[row]));
}
