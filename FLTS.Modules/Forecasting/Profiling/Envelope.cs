using System.Runtime.InteropServices;
using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Grid;

namespace FLTS.Forecasting.Profiling;

/// <summary>
/// Least, middle and greatest value of a stretch of rows: what a line of more points than pixels shows. NaN where a stretch has no value.
/// </summary>
/// <param name="Times">[B] Middle of each stretch, in local time.</param>
/// <param name="Low">[B]</param>
/// <param name="Median">[B]</param>
/// <param name="High">[B]</param>
/// <param name="Stretch">How long each is.</param>
public sealed record Envelope(DateTime[] Times, double[] Low, double[] Median, double[] High, TimeSpan Stretch)
{
    /// <param name="frame">The series.</param>
    /// <param name="column">Index of the column.</param>
    /// <param name="most">Most stretches, at least 1; fewer where there are fewer rows.</param>
    public static Envelope Of(SeriesFrame frame, int column, int most)
    {
        var count = Math.Min(most, frame.Rows);
        var (start, span) = (frame.Timestamps[0].Ticks, frame.Timestamps[^1].Ticks - frame.Timestamps[0].Ticks + 1);
        var (low, median, high) = (new double[count], new double[count], new double[count]);
        foreach (var shape in (double[][])[low, median, high])
            Array.Fill(shape, double.NaN);

        // Stretches of equal time, not of equal rows: a long gap stays as wide as it was. Rows ascend, so that a
        // stretch's are next to each other.
        var seen = new List<double>();
        for (int t = 0, bin; t < frame.Rows; t++)
        {
            bin = Bin(t);
            if (!double.IsNaN(frame.Values[column][t]))
                seen.Add(frame.Values[column][t]);
            if (seen.Count == 0 || (t + 1 < frame.Rows && Bin(t + 1) == bin))
                continue;
            seen.Sort();
            (low[bin], median[bin], high[bin]) = (seen[0], Statistics.Quantile(CollectionsMarshal.AsSpan(seen), 0.5), seen[^1]);
            seen.Clear();
        }

        return new Envelope(
            [.. Enumerable.Range(0, count).Select(b => frame.Step.Local(new DateTime(start + (long)(span * ((b + 0.5) / count)))))],
            low,
            median,
            high,
            TimeSpan.FromTicks(span / count));

        int Bin(int t) => (int)((Int128)(frame.Timestamps[t].Ticks - start) * count / span);
    }
}
