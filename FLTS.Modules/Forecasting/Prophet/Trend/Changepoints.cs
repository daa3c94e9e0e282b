using FLTS.Forecasting.Prophet.Settings;

namespace FLTS.Forecasting.Prophet.Trend;

/// <summary>Where the trend may bend.</summary>
public static class Changepoints
{
    /// <summary>
    /// Evenly spaced over the first <c>changepoint_range</c> of the rows, the first row left out
    /// (R prophet 1.0 <c>set_changepoints</c>: 1-based positions, halves rounded to even).
    /// </summary>
    /// <param name="times">Row times of the history, ascending.</param>
    /// <param name="settings">Given changepoints, or their number and range.</param>
    /// <returns>Ascending; empty where none fits.</returns>
    /// <exception cref="InvalidInputException">A given changepoint lies outside the history.</exception>
    public static DateTime[] Place(ReadOnlySpan<DateTime> times, ProphetSettings settings)
    {
        if (settings.Changepoints is { } given)
        {
            foreach (var changepoint in given)
            {
                if (changepoint < times[0] || changepoint > times[^1])
                    throw new InvalidInputException(FormattableString.Invariant(
                        $"The changepoint {changepoint:s} lies outside the history ({times[0]:s} to {times[^1]:s})."));
            }

            return [.. given.Order()];
        }

        var eligible = (int)Math.Floor(times.Length * settings.ChangepointRange);
        var count = Math.Min(settings.NChangepoints, eligible - 1);
        if (count <= 0)
            return [];
        var places = new DateTime[count];
        var by = (eligible - 1) / (double)count;
        for (var i = 1; i <= count; i++)
            places[i - 1] = times[(int)Math.Round(1 + (i * by), MidpointRounding.ToEven) - 1];
        return places;
    }
}
