using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Live;

/// <summary>
/// Whether a feed is stale: its rows come later than they usually do. Told by when rows became known, not by errors (FORECASTING.md 9);
/// what is usual is the feed's own, so that a file of years ago that is fed row by row is not late.
/// </summary>
public static class FeedDelay
{
    /// <summary>Deliveries that must be known before one can be late.</summary>
    public const int LeastDeliveries = 5;

    /// <summary>Steps beyond the usual delay.</summary>
    private const int MostSteps = 2;

    /// <summary>Share of the pauses between deliveries that are usual: a weekend counts, a single outage does not.</summary>
    private const double UsualPause = 0.95;

    /// <summary>How much later than usual the newest delivery came; null: it is not late.</summary>
    /// <param name="deliveries">Newest row and time of arrival of each delivery, in the order of arrival.</param>
    /// <param name="step">Between rows.</param>
    public static TimeSpan? Of(IEnumerable<(DateTime Newest, DateTime Known)> deliveries, SeriesStep step)
    {
        double[] delays = [.. Fresh(deliveries).Select(d => (double)(d.Known - d.Newest).Ticks)];
        if (delays.Length <= LeastDeliveries)
            return null;

        var late = delays[^1] - Statistics.Quantile([.. delays[..^1].Order()], 0.5);
        return late > MostSteps * step.Duration.Ticks ? TimeSpan.FromTicks((long)late) : null;
    }

    /// <summary>
    /// When the next delivery must have come, by the pauses there usually are (nights and weekends of who delivers included): from then on
    /// a feed that brings nothing is silent. Null: too little is known of it.
    /// </summary>
    /// <param name="deliveries">As above.</param>
    /// <param name="step">Between rows.</param>
    public static DateTime? LatestNext(IEnumerable<(DateTime Newest, DateTime Known)> deliveries, SeriesStep step)
    {
        DateTime[] arrivals = [.. Fresh(deliveries).Select(d => d.Known)];
        if (arrivals.Length <= LeastDeliveries)
            return null;

        double[] pauses = [.. arrivals.Zip(arrivals.Skip(1), (one, next) => (double)(next - one).Ticks).Order()];
        return arrivals[^1].AddTicks((long)Statistics.Quantile(pauses, UsualPause)) + (MostSteps * step.Duration);
    }

    /// <summary>A delivery of old rows alone fills a gap: that is not the feed.</summary>
    private static IEnumerable<(DateTime Newest, DateTime Known)> Fresh(IEnumerable<(DateTime Newest, DateTime Known)> deliveries)
    {
        var newest = DateTime.MinValue;
        foreach (var delivery in deliveries)
        {
            if (delivery.Newest <= newest)
                continue;
            newest = delivery.Newest;
            yield return delivery;
        }
    }
}
