using System.Globalization;
using FLTS.Forecasting.Live;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Windows;

namespace FLTS.Modules.Inference.Protocols;

/// <summary>Intervals of an answer, with what has to be said about them.</summary>
internal static class IntervalAnswer
{
    /// <param name="model">Whose residuals are used.</param>
    /// <param name="asked">What the forecast starts from, and how far intervals had adapted then.</param>
    /// <param name="forecast">[1, H, M] In original units.</param>
    /// <param name="levels">In percent; none: no intervals.</param>
    public static (IReadOnlyList<Interval> Intervals, IntervalsAdapted? Adapted, IReadOnlyList<string> Warnings) Of(
        ServedModel model, RequestWindow asked, double[,,] forecast, IReadOnlyList<double> levels)
    {
        if (levels.Count == 0)
            return ([], null, []);

        var (intervals, warnings) = (new List<Interval>(), new List<string>());
        foreach (var level in levels)
        {
            var (interval, lacking) = Around(model, asked, forecast, level);
            intervals.Add(interval);
            if (lacking.Count > 0)
                warnings.Add(
                    $"Intervals of level {interval.Level} are null for some or all steps of {string.Join(", ", lacking)}: the validation "
                    + "part left too few residuals.");
        }

        if (forecast.GetLength(1) > model.Intervals.Steps)
            warnings.Add(
                $"Intervals are extrapolated from step {model.Intervals.Steps + 1} on: they reuse the residuals of step "
                + $"{model.Intervals.Steps}.");
        return (intervals, AdaptedOf(asked.Adapted, (forecast.GetLength(1), forecast.GetLength(2)), levels), warnings);
    }

    /// <summary>Which of the leads and levels that were asked for adapt; null: none does.</summary>
    private static IntervalsAdapted? AdaptedOf(ServedIntervals? adapted, (int Steps, int Targets) of, IReadOnlyList<double> levels)
    {
        if (adapted is null)
            return null;

        var (state, targets) = (adapted.State, Enumerable.Range(0, of.Targets));
        List<int> leads = [.. Enumerable.Range(1, Math.Min(of.Steps, state.Leads)), .. state.Windows.Knots.Where(k => k <= of.Steps)];
        List<double> ours = [.. levels.Where(level => leads.Exists(l => targets.Any(
            m => (state.Quantiles(m, l - 1, level) ?? state.Windows.Quantiles(m, l, level)) is not null)))];
        return ours.Count > 0 ? new IntervalsAdapted(ours, leads, adapted.Revision) : null;
    }

    private static (Interval Interval, IReadOnlyList<string> Lacking) Around(
        ServedModel model, RequestWindow asked, double[,,] forecast, double level)
    {
        var (from, adapted) = (asked.Window, asked.Adapted?.State ?? AdaptedIntervals.None);
        var (targets, steps) = (model.Loaded.Manifest.Targets, forecast.GetLength(1));
        var (low, high, lacking) = (new double[steps, targets.Count], new double[steps, targets.Count], new List<string>());
        for (var m = 0; m < targets.Count; m++)
        {
            var isFlat = model.Loaded.Scaler[targets[m]].Flat; // It is forecast as the constant that it was; it has no residuals.
            var within = model.Restorer.Stated(m, from.Series, from.Origin);
            var lacks = false;
            for (var h = 0; h < steps; h++)
            {
                var value = forecast[0, h, m];
                var around = isFlat
                    ? (value, value)
                    : adapted.Around(model.Intervals, (m, h), value, level, within) ?? model.Intervals.Around(m, h, value, level, within);
                lacks |= around is null;
                (low[h, m], high[h, m]) = around ?? (double.NaN, double.NaN);
            }

            if (lacks)
                lacking.Add(targets[m]);
        }

        return (new Interval(level.ToString(CultureInfo.InvariantCulture), low, high), lacking);
    }
}
