using FLTS.Forecasting.Prophet.Fit;
using FLTS.Forecasting.Prophet.Predict;
using FLTS.Forecasting.Prophet.Settings;
using FLTS.Forecasting.Prophet.Terms;

namespace FLTS.Forecasting.Prophet.Validation;

/// <summary>
/// Simulated historical forecasts (Prophet's <c>diagnostics.cross_validation</c>): fit up to each cutoff, forecast the horizon after it.
/// </summary>
public static class CrossValidation
{
    /// <summary>
    /// Cutoffs from the newest back, one period apart, as long as the rows before one cover <paramref name="initial"/>
    /// (Prophet's <c>generate_cutoffs</c>).
    /// </summary>
    /// <param name="times">[N] Row times in any order.</param>
    /// <param name="initial">Least span of the first fit.</param>
    /// <param name="period">Time between cutoffs, above 0.</param>
    /// <param name="horizon">Time forecast after each cutoff, above 0.</param>
    /// <returns>Ascending.</returns>
    /// <exception cref="InvalidInputException">A span is not above 0, or the rows are too short for one cutoff.</exception>
    public static DateTime[] Cutoffs(ReadOnlySpan<DateTime> times, TimeSpan initial, TimeSpan period, TimeSpan horizon)
    {
        if (horizon <= TimeSpan.Zero || period <= TimeSpan.Zero || initial <= TimeSpan.Zero)
            throw new InvalidInputException($"initial ({initial}), period ({period}) and horizon ({horizon}) must be above 0.");
        DateTime[] ordered = [.. times];
        Array.Sort(ordered);
        if (ordered.Length == 0 || ordered[^1] - ordered[0] < initial + horizon)
            throw new InvalidInputException(
                $"The rows span {(ordered.Length == 0 ? TimeSpan.Zero : ordered[^1] - ordered[0])}; initial ({initial}) and horizon "
                + $"({horizon}) together need more. Choose shorter ones.");

        var cutoffs = new List<DateTime>();
        for (var cutoff = ordered[^1] - horizon; cutoff >= ordered[0] + initial;)
        {
            cutoffs.Add(cutoff);
            cutoff -= period;

            // Where nothing was measured after a cutoff, the next one lies a horizon before the last row before it.
            if (cutoff > ordered[0] && LastAtOrBefore(ordered, cutoff + horizon) is var last && last <= cutoff)
                cutoff = last - horizon;
        }

        cutoffs.Reverse();
        return [.. cutoffs];
    }

    /// <summary>Fits up to each cutoff and forecasts the observed rows of the horizon after it.</summary>
    /// <param name="settings">Of every fit.</param>
    /// <param name="history">Rows with y, and caps, regressors and conditions where the settings need them.</param>
    /// <param name="cutoffs">From <see cref="Cutoffs"/>, or one's own.</param>
    /// <param name="horizon">Time forecast after each cutoff.</param>
    /// <param name="options">Threads (a cutoff each) and cancellation.</param>
    /// <returns>Rows in the order of cutoffs, then times.</returns>
    /// <exception cref="InvalidInputException">Settings or rows cannot be used.</exception>
    public static List<CrossValidationRow> Run(
        ProphetSettings settings,
        ProphetFrame history,
        IReadOnlyList<DateTime> cutoffs,
        TimeSpan horizon,
        ProphetFitOptions? options = null)
    {
        var y = history.Y ?? throw new InvalidInputException("The history has no y; cross-validation needs it.");
        options ??= new ProphetFitOptions();
        var order = Enumerable.Range(0, history.Rows).Where(i => !double.IsNaN(y[i])).OrderBy(i => history.Ds[i]).ToArray();
        var terms = order.Length < 2 ? settings : WithTermsOf(settings, ProphetFrame.Pick(history.Ds, order));
        var parts = new List<CrossValidationRow>[cutoffs.Count];
        foreach (var cutoff in cutoffs)
        {
            if (order.Count(i => history.Ds[i] <= cutoff) is var known and < 2)
                throw new InvalidInputException(
                    FormattableString.Invariant($"{known} observed rows lie at or before the cutoff {cutoff:s}; a fit needs at least 2."));
        }

        options.Parallelism.For(cutoffs.Count, c =>
        {
            var (cutoff, rows) = (cutoffs[c], parts[c] = []);
            var before = Array.FindAll(order, i => history.Ds[i] <= cutoff);
            var after = Array.FindAll(order, i => history.Ds[i] > cutoff && history.Ds[i] <= cutoff + horizon);
            if (after.Length == 0)
                return;
            var given = terms.Changepoints?.Where(c => c < history.Ds[before[^1]]).ToArray();
            var model = ProphetFitter.Fit(
                terms with { Changepoints = given },
                history.Take(before, ProphetFrame.Pick(y, before)),
                options with { Threads = 1, WarmStart = null, Progress = null });
            var forecast = model.Predict(history.Take(after, null));
            for (var i = 0; i < after.Length; i++)
                rows.Add(new CrossValidationRow(
                    cutoff,
                    history.Ds[after[i]],
                    y[after[i]],
                    forecast.Yhat[i],
                    forecast.YhatLower?[i],
                    forecast.YhatUpper?[i]));
        });
        return [.. parts.SelectMany(p => p)];
    }

    // The terms of the whole history at every cutoff, whatever the auto rule would say of its part (Prophet's prophet_copy).
    private static ProphetSettings WithTermsOf(ProphetSettings settings, DateTime[] times) =>
        settings with
        {
            Seasonalities = Seasonalities.Resolve(times, settings),
            YearlySeasonality = 0,
            WeeklySeasonality = 0,
            DailySeasonality = 0,
        };

    private static DateTime LastAtOrBefore(DateTime[] ordered, DateTime time)
    {
        var at = Array.BinarySearch(ordered, time);
        return ordered[at >= 0 ? at : Math.Max(0, ~at - 1)];
    }
}
