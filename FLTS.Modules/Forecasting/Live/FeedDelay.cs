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

    /// <summary>How much later than usual the newest delivery came; null: it is not late.</summary>
    /// <param name="deliveries">Newest row and time of arrival of each delivery, in the order of arrival.</param>
    /// <param name="step">Between rows.</param>
    public static TimeSpan? Of(IEnumerable<(DateTime Newest, DateTime Known)> deliveries, SeriesStep step)
    {
        // A delivery of old rows alone fills a gap: that is not the feed.
        var (delays, newest) = (new List<double>(), DateTime.MinValue);
        foreach (var delivery in deliveries)
        {
            if (delivery.Newest <= newest)
                continue;
            newest = delivery.Newest;
            delays.Add((delivery.Known - delivery.Newest).Ticks);
        }

        if (delays.Count <= LeastDeliveries)
            return null;

        double[] before = [.. delays[..^1].Order()];
        var late = delays[^1] - Statistics.Quantile(before, 0.5);
        return late > MostSteps * step.Duration.Ticks ? TimeSpan.FromTicks((long)late) : null;
    }
}
