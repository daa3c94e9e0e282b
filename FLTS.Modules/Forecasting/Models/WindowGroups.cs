namespace FLTS.Forecasting.Models;

/// <summary>How a model answers windows that may be of several series.</summary>
internal static class WindowGroups
{
    /// <summary>Windows of which each is compared with each; more are grouped by a table.</summary>
    private const int MostCompared = 64;

    /// <summary>
    /// Answers windows of any series. Those of one series are forecast in one call and those of others in other calls, so that
    /// an answer does not depend, in any bit, on whose windows are asked for beside it.
    /// </summary>
    /// <param name="windows">[N]</param>
    /// <param name="steps">H, at least 1.</param>
    /// <param name="targets">M.</param>
    /// <param name="forecast">[n, H, M] of the n windows of one series.</param>
    /// <returns>[N, H, M]</returns>
    public static double[,,] BySeries(IReadOnlyList<Window> windows, int steps, int targets, Func<SeriesWindows, double[,,]> forecast)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (windows is SeriesWindows one)
            return forecast(one);

        if (windows.Count == 1)
            return forecast(SeriesWindows.Of(windows[0].Series, [windows[0].Origin], windows[0].Holidays));

        var answers = new double[windows.Count, steps, targets];
        if (AreOfOneEach(windows))
        {
            for (var n = 0; n < windows.Count; n++)
                Put(forecast(SeriesWindows.Of(windows[n].Series, [windows[n].Origin], windows[n].Holidays)), 0, n);
            return answers;
        }

        foreach (var group in Enumerable.Range(0, windows.Count).GroupBy(n => (windows[n].Series, windows[n].Holidays)))
        {
            var places = group.ToArray();
            var answer = forecast(SeriesWindows.Of(group.Key.Series, [.. places.Select(n => windows[n].Origin)], group.Key.Holidays));
            for (var i = 0; i < places.Length; i++)
                Put(answer, i, places[i]);
        }

        return answers;

        void Put(double[,,] answer, int from, int to) =>
            Array.Copy(answer, from * steps * targets, answers, to * steps * targets, steps * targets);
    }

    /// <summary>Whether no two are of one series: so it is with rows that clients sent, of which few are asked together.</summary>
    private static bool AreOfOneEach(IReadOnlyList<Window> windows)
    {
        if (windows.Count > MostCompared)
            return false;
        for (var n = 1; n < windows.Count; n++)
        {
            var series = windows[n].Series;
            for (var before = 0; before < n; before++)
            {
                if (ReferenceEquals(windows[before].Series, series))
                    return false;
            }
        }

        return true;
    }

    /// <summary>The same at some leads, of a model that knows no holidays.</summary>
    /// <param name="windows">[N]</param>
    /// <param name="leads">[L] Each at least 1.</param>
    /// <param name="signature">The model's.</param>
    /// <param name="forecast">[n, L, M] of the n windows of one series.</param>
    /// <returns>[N, L, M]</returns>
    public static double[,,] BySeries(
        IReadOnlyList<Window> windows, IReadOnlyList<int> leads, ModelSignature signature, Func<SeriesWindows, double[,,]> forecast)
    {
        foreach (var lead in leads)
            ArgumentOutOfRangeException.ThrowIfLessThan(lead, 1, nameof(leads));
        return leads.Count == 0
            ? new double[windows.Count, 0, signature.Targets.Count]
            : BySeries(windows, leads.Count, signature.Targets.Count, series =>
            {
                RefuseHolidays(series.Holidays, signature.ModelType);
                return forecast(series);
            });
    }

    /// <summary>For models that know no holidays.</summary>
    /// <exception cref="InvalidInputException">Some are given.</exception>
    public static void RefuseHolidays(IReadOnlyList<ComingHoliday>? holidays, string modelType)
    {
        if (holidays is { Count: > 0 })
            throw new InvalidInputException($"{modelType} knows no holidays; leave 'holidays' out.");
    }
}
