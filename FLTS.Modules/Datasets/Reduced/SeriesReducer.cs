namespace FLTS.Modules.Datasets.Reduced;

/// <summary>
/// Reduces a span of a series to a number of points: where it has more rows, each point stands for rows of equal time, of which it tells
/// minimum, maximum, first and last, so that a line through them looks like one through all rows. Gaps stay gaps.
/// </summary>
internal static class SeriesReducer
{
    /// <param name="series">Whole.</param>
    /// <param name="from">First time.</param>
    /// <param name="to">Last time.</param>
    /// <param name="points">At most.</param>
    public static Reduction Reduce(KeptSeries series, DateTime from, DateTime to, int points)
    {
        var times = series.Timestamps;
        var (low, high) = (Lower(times, from), Lower(times, to));
        high += high < times.Length && times[high] == to ? 1 : 0;
        if (high <= low)
            return new Reduction(0, null, []);

        var breaks = 0;
        for (var t = low + 1; t < high; t++)
            breaks += series.Segments[t] != series.Segments[t - 1] ? 1 : 0;
        return high - low + breaks <= points ? Rows(series, low, high) : Buckets(series, low, high, points);
    }

    /// <summary>Every row, and one without values between segments.</summary>
    private static Reduction Rows(KeptSeries series, int low, int high)
    {
        var places = new List<Bucket>();
        for (var t = low; t < high; t++)
        {
            if (t > low && series.Segments[t] != series.Segments[t - 1])
                places.Add(new Bucket(series.Step.Next(series.Timestamps[t - 1]), t, t));
            places.Add(new Bucket(series.Timestamps[t], t, t + 1));
        }

        return new Reduction(high - low, null, places);
    }

    private static Reduction Buckets(KeptSeries series, int low, int high, int points)
    {
        var (times, step) = (series.Timestamps, Math.Max(1, series.Step.Duration.Ticks));
        var (begin, span) = (times[low].Ticks, times[high - 1].Ticks - times[low].Ticks + 1);
        var width = Up(Up(span, points) / points, step); // Whole steps: no bucket has a row more than its neighbours.
        var places = new List<Bucket>();
        for (var (t, start) = (low, begin); t < high; start += width)
        {
            var first = t;
            while (t < high && times[t].Ticks < start + width)
                t++;
            places.Add(new Bucket(new DateTime(start), first, t));
        }

        return new Reduction(high - low, TimeSpan.FromTicks(width), places);
    }

    /// <summary>The least multiple that is not below it.</summary>
    private static long Up(long value, long multiple) => (value + multiple - 1) / multiple * multiple;

    /// <summary>The first row that is not before a time.</summary>
    private static int Lower(DateTime[] times, DateTime time) =>
        Array.BinarySearch(times, time) is var found && found >= 0 ? found : ~found;
}

/// <summary>Rows [From, To) that a point stands for; none: a gap.</summary>
internal readonly record struct Bucket(DateTime Start, int From, int To);

/// <summary>What a span is reduced to.</summary>
/// <param name="Rows">Of the span.</param>
/// <param name="Width">Of a bucket; null: a point is a row.</param>
/// <param name="Buckets">[P]</param>
internal sealed record Reduction(int Rows, TimeSpan? Width, IReadOnlyList<Bucket> Buckets)
{
    /// <summary>A column in these buckets.</summary>
    public ReducedColumn Of(double[] values, string name, string? unit)
    {
        if (Width is null)
            return new ReducedColumn(name, unit)
            {
                Values = [.. Buckets.Select(b => b.From < b.To && !double.IsNaN(values[b.From]) ? values[b.From] : (double?)null)],
            };

        var column = new ReducedColumn(name, unit)
        {
            Min = new double?[Buckets.Count],
            Max = new double?[Buckets.Count],
            First = new double?[Buckets.Count],
            Last = new double?[Buckets.Count],
        };
        for (var p = 0; p < Buckets.Count; p++)
        {
            var (min, max, first, last) = (double.PositiveInfinity, double.NegativeInfinity, double.NaN, double.NaN);
            foreach (var value in values.AsSpan(Buckets[p].From, Buckets[p].To - Buckets[p].From))
            {
                if (double.IsNaN(value))
                    continue;
                (min, max, last) = (Math.Min(min, value), Math.Max(max, value), value);
                if (double.IsNaN(first))
                    first = value;
            }

            if (!double.IsNaN(first))
                (column.Min[p], column.Max[p], column.First[p], column.Last[p]) = (min, max, first, last);
        }

        return column;
    }
}
