namespace FLTS.Forecasting.Live;

/// <summary>
/// What needs no evidence gathered over days: an hour that is far worse than the version before makes it (FORECASTING.md 9).
/// </summary>
public static class GrossFault
{
    private const double TimesWorse = 3;

    /// <summary>Matched cells that an hour needs to say so much: those of one target at two minutes.</summary>
    private const int LeastCells = 30;

    /// <summary>The first such hour; null: there is none.</summary>
    /// <param name="hours">With the errors of the version before; in order.</param>
    /// <param name="softening">Added to both errors: where nothing moves, three times nothing is nothing.</param>
    public static LiveHour? First(IEnumerable<LiveHour> hours, double softening)
    {
        foreach (var hour in hours)
        {
            if (hour is { IsScored: true, Matched: >= LeastCells }
                && hour.Champion + softening > TimesWorse * (hour.Other + softening))
                return hour;
        }

        return null;
    }
}
