namespace FLTS.Forecasting.Live;

/// <summary>Whether the champion's fixed intervals of 80 % still hold about what they promise (FORECASTING.md 9).</summary>
public static class CoverageAlarm
{
    /// <summary>Hours that it is told over: three seasons.</summary>
    public const int Hours = 72;

    private const double Least = 0.65, Most = 0.92;

    /// <summary>The first hour up to which the share inside lies outside of what is usual, with that share; null: there is none.</summary>
    /// <param name="hours">In order, those after the last alarm; what is not scored is skipped.</param>
    public static (DateTime At, double Share)? First(IEnumerable<LiveHour> hours)
    {
        var (window, hits, matched) = (new Queue<LiveHour>(Hours + 1), 0L, 0L);
        foreach (var hour in hours.Where(h => h is { IsScored: true, Hits: not null }))
        {
            window.Enqueue(hour);
            (hits, matched) = (hits + hour.Hits!.Value, matched + hour.Matched);
            if (window.Count > Hours)
            {
                var old = window.Dequeue();
                (hits, matched) = (hits - old.Hits!.Value, matched - old.Matched);
            }

            var share = (double)hits / matched;
            if (window.Count == Hours && (share is < Least or > Most))
                return (hour.At, share);
        }

        return null;
    }
}
