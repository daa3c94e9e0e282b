namespace FLTS.Forecasting.Live;

/// <summary>What needs no evidence of days: an hour that is far worse than the version before makes it (FORECASTING.md 9).</summary>
public static class GrossFault
{
    private const double TimesWorse = 3;

    /// <summary>The first such hour; null: there is none.</summary>
    /// <param name="hours">With the errors of the version before; in order.</param>
    /// <param name="leastCells">Matched cells that an hour needs to say so much.</param>
    public static LiveHour? First(IEnumerable<LiveHour> hours, long leastCells)
    {
        foreach (var hour in hours)
        {
            if (hour.IsScored && hour.Matched >= leastCells && hour.Champion > TimesWorse * hour.Other)
                return hour;
        }

        return null;
    }
}
