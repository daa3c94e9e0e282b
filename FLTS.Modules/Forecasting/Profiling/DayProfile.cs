using FLTS.Forecasting.Series;
using FLTS.Forecasting.Series.Grid;

namespace FLTS.Forecasting.Profiling;

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
        var count = (int)Math.Clamp(TimeSpan.TicksPerDay / frame.Step.Duration.Ticks, 1, bins);
        var values = Enumerable.Range(0, count).Select(_ => new List<double>()).ToArray();
        for (var t = 0; t < frame.Rows; t++)
        {
            if (!double.IsNaN(frame.Values[column][t]))
            {
                var ofDay = frame.Step.Local(frame.Timestamps[t]).TimeOfDay.Ticks;
                values[(int)(ofDay * count / TimeSpan.TicksPerDay)].Add(frame.Values[column][t]);
            }
        }

        var profile = new DayProfile(
            [.. Enumerable.Range(0, count).Select(b => (b + 0.5) * 24 / count)],
            new double[count],
            new double[count],
            new double[count]);
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
