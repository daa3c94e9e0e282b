using System.Globalization;

namespace FLTS.Modules.Monitoring.Decisions;

/// <summary>What is known where a station may be trained again.</summary>
/// <param name="Now">By the clock.</param>
/// <param name="Season">How long one is.</param>
/// <param name="NewRows">That came since it was trained.</param>
/// <param name="LeastNewRows">That a training needs.</param>
/// <param name="Trained">When it was trained again, newest first.</param>
/// <param name="Spent">What such trainings of all stations have taken of the last day.</param>
/// <param name="MostSpent">What they may take.</param>
internal sealed record RetrainingState(
    DateTimeOffset Now,
    TimeSpan Season,
    int NewRows,
    int LeastNewRows,
    IReadOnlyList<DateTimeOffset> Trained,
    TimeSpan Spent,
    TimeSpan MostSpent);

/// <summary>Whether a station is trained again because of what was noticed. Pure.</summary>
internal static class RetrainingRules
{
    /// <summary>Times within a season, at most.</summary>
    private const int MostInSeason = 2;

    /// <summary>New rows that a training needs: a season, and 2 % of train.</summary>
    public static int LeastNewRows(int seasonRows, long trainRows) => (int)Math.Max(seasonRows, Math.Ceiling(0.02 * trainRows));

    /// <summary>Why it is not, in half a sentence; null: it is.</summary>
    public static string? WhyNot(RetrainingState state)
    {
        if (state.NewRows < state.LeastNewRows)
            return Said($"{state.NewRows} rows are new, and a training needs {state.LeastNewRows}");
        if (state.Trained.Count >= MostInSeason)
            return Said($"it was started {MostInSeason} times within a season already");
        if (state.Trained is [var last, ..] && state.Now - last < state.Season)
            return Said($"it was last started {last:u}, less than a season ago");
        return state.Spent >= state.MostSpent
            ? Said($"such trainings took {state.Spent.TotalHours:0.0} h of the last day, and may take {state.MostSpent.TotalHours:0.0} h")
            : null;
    }

    private static string Said(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
