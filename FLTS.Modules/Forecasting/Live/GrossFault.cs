namespace FLTS.Forecasting.Live;

/// <summary>
/// What needs no evidence gathered over days: an hour that is far worse than the version before makes it (FORECASTING.md 9).
/// </summary>
public static class GrossFault
{
    private const double TimesWorse = 3;

    /// <summary>Matched cells that an hour needs to say so much: those of one target at two minutes.</summary>
    private const int LeastCells = 30;

    /// <summary>The first such hour, or one with a forecast that is not finite; null: there is none.</summary>
    /// <param name="hours">With the errors of the version before; in order.</param>
    /// <param name="usual">Mean error of EWMA in an hour: where nothing moves, three times next to nothing is no fault.</param>
    public static LiveHour? First(IEnumerable<LiveHour> hours, double usual)
    {
        foreach (var hour in hours)
        {
            if (hour.IsScored && (!double.IsFinite(hour.Champion)
                || (hour.Matched >= LeastCells && hour.Champion > TimesWorse * Math.Max(hour.Other, usual))))
                return hour;
        }

        return null;
    }
}
