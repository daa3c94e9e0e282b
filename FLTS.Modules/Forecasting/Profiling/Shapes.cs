using FLTS.Modules.Forecasting.Preparation;
using FLTS.Modules.Forecasting.Series;

namespace FLTS.Modules.Forecasting.Profiling;

/// <summary>Least and greatest value of a stretch of rows: what a line of more points than pixels shows. NaN where a stretch has no value.</summary>
/// <param name="Times">[B] Middle of each stretch.</param>
/// <param name="Low">[B]</param>
/// <param name="High">[B]</param>
public sealed record Envelope(DateTime[] Times, double[] Low, double[] High)
{
    /// <param name="frame">The series.</param>
    /// <param name="column">Index of the column.</param>
    /// <param name="most">Most stretches, at least 1; fewer where there are fewer rows.</param>
    public static Envelope Of(SeriesFrame frame, int column, int most)
    {
        var count = Math.Min(most, frame.Rows);
        var (start, span) = (frame.Timestamps[0].Ticks, frame.Timestamps[^1].Ticks - frame.Timestamps[0].Ticks + 1);
        var (low, high) = (new double[count], new double[count]);
        Array.Fill(low, double.NaN);
        Array.Fill(high, double.NaN);

        // Stretches of equal time, not of equal rows: a long gap stays as wide as it was.
        for (var t = 0; t < frame.Rows; t++)
        {
            var value = frame.Values[column][t];
            if (double.IsNaN(value))
                continue;
            var bin = (int)((Int128)(frame.Timestamps[t].Ticks - start) * count / span);
            low[bin] = double.IsNaN(low[bin]) ? value : Math.Min(low[bin], value);
            high[bin] = double.IsNaN(high[bin]) ? value : Math.Max(high[bin], value);
        }

        return new Envelope([.. Enumerable.Range(0, count).Select(b => new DateTime(start + (long)(span * ((b + 0.5) / count))))], low, high);
    }
}

/// <summary>How a column runs over the day: median and quartiles by time of day. NaN where a time of day has no value.</summary>
/// <param name="Hours">[B] Middle of each bin, 0 to 24.</param>
/// <param name="Q25">[B]</param>
/// <param name="Median">[B]</param>
/// <param name="Q75">[B]</param>
public sealed record DayProfile(double[] Hours, double[] Q25, double[] Median, double[] Q75)
{
    /// <param name="frame">The series.</param>
    /// <param name="column">Index of the column.</param>
    /// <param name="bins">Bins of a day, at least 1; fewer where the step is longer.</param>
    public static DayProfile Of(SeriesFrame frame, int column, int bins)
    {
        var count = (int)Math.Clamp(TimeSpan.TicksPerDay / frame.Step.Ticks, 1, bins);
        var values = Enumerable.Range(0, count).Select(_ => new List<double>()).ToArray();
        for (var t = 0; t < frame.Rows; t++)
        {
            if (!double.IsNaN(frame.Values[column][t]))
                values[(int)(frame.Timestamps[t].TimeOfDay.Ticks * count / TimeSpan.TicksPerDay)].Add(frame.Values[column][t]);
        }

        var profile = new DayProfile([.. Enumerable.Range(0, count).Select(b => (b + 0.5) * 24 / count)], new double[count], new double[count], new double[count]);
        for (var b = 0; b < count; b++)
        {
            var sorted = values[b].Order().ToArray();
            (profile.Q25[b], profile.Median[b], profile.Q75[b]) = sorted.Length == 0
                ? (double.NaN, double.NaN, double.NaN)
                : (Statistics.Quantile(sorted, 0.25), Statistics.Quantile(sorted, 0.5), Statistics.Quantile(sorted, 0.75));
        }

        return profile;
    }
}

/// <summary>Equally wide bins from the least to the greatest value.</summary>
/// <param name="Centers">[B]</param>
/// <param name="Counts">[B]</param>
/// <param name="Width">Width of a bin, above 0.</param>
public sealed record Histogram(double[] Centers, int[] Counts, double Width)
{
    /// <param name="values">At least one that is not NaN.</param>
    /// <param name="bins">At least 1; one for a flat column.</param>
    public static Histogram Of(ReadOnlySpan<double> values, int bins)
    {
        var observed = ColumnProfile.Observed(values);
        var (min, max) = Statistics.Range(observed);
        var flat = Statistics.IsFlat(min, max);
        var width = flat ? Math.Max(1, Math.Abs(min) * 0.1) : (max - min) / bins;
        var (count, start) = flat ? (1, min - (width / 2)) : (bins, min);
        var counts = new int[count];
        foreach (var value in observed)
            counts[Math.Clamp((int)((value - start) / width), 0, count - 1)]++;
        return new Histogram([.. Enumerable.Range(0, count).Select(b => start + ((b + 0.5) * width))], counts, width);
    }
}
