using System.Globalization;

namespace FLTS.Modules.Page.Reading;

/// <summary>What the chart of a station shows when it is opened; the page's script reads the same from the API.</summary>
/// <param name="Whole">The column from its first row to its last.</param>
/// <param name="Newest">What is seen of it at first.</param>
/// <param name="Ahead">What is forecast from there on; none: nothing is.</param>
internal sealed record ChartValues(ReducedSeries Whole, ReducedSeries Newest, IReadOnlyList<NextStep> Ahead)
{
    private const int FewestRows = 200, Spans = 3;

    /// <summary>The dataset's first row.</summary>
    public DateTime First => Clock(Whole.First);

    /// <summary>The dataset's newest row.</summary>
    public DateTime Last => Clock(Whole.Last);

    /// <summary>The column's, as the dataset's options state it.</summary>
    public string? Unit => Whole.Columns[0].Unit;

    /// <summary>When the newest row was measured.</summary>
    public DateTimeOffset LastAt =>
        DateTimeOffset.Parse(Whole.Last, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>
    /// What is seen: up to the last step, or the newest row where a model of a sample forecasts what came before, and before the newest
    /// row thrice as much as behind it.
    /// </summary>
    public static (DateTime From, DateTime To) Span(ReducedSeries whole, IReadOnlyList<NextStep> ahead)
    {
        var (first, last) = (Clock(whole.First), Clock(whole.Last));
        var to = ahead.Count > 0 && ahead[^1].At > last ? ahead[^1].At : last;
        var seconds = Math.Max(FewestRows * whole.StepSeconds, Spans * (to - last).TotalSeconds);
        return (seconds >= (last - first).TotalSeconds ? first : last.AddSeconds(-seconds), to);
    }

    /// <summary>A time of <see cref="Span"/> as it stands in an address.</summary>
    public static string Written(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A column's points; each bucket is drawn through its first, least, greatest and last value.</summary>
    public static IReadOnlyList<(DateTime At, double? Value)> Points(ReducedSeries series)
    {
        var column = series.Columns[0];
        var quarter = TimeSpan.FromSeconds(series.BucketSeconds ?? 0) / 4;
        var points = new List<(DateTime, double?)>();
        for (var p = 0; p < series.Ts.Count; p++)
        {
            var at = Clock(series.Ts[p]);
            if (column.Values is { } values)
                points.Add((at, values[p]));
            else if (column.Min![p] is null)
                points.Add((at, null));
            else
                points.AddRange(
                [
                    (at, column.First![p]), (at + quarter, column.Min[p]), (at + (2 * quarter), column.Max![p]),
                    (at + (3 * quarter), column.Last![p]),
                ]);
        }

        return points;
    }

    /// <summary>A time as the dataset's clock shows it: its offset is left out.</summary>
    private static DateTime Clock(string time) =>
        DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).DateTime;
}
