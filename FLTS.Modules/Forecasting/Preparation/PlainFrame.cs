using FLTS.Forecasting.Features;
using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Preparation;

/// <summary>
/// The ordinary request: whole rows in order, one fixed step apart, for a model without lags. The same series and sentences as are made of
/// any rows, without what only other rows need.
/// </summary>
internal static class PlainFrame
{
    /// <summary>Null: these rows need the general way; nothing was changed.</summary>
    /// <param name="times">[T]</param>
    /// <param name="values">[C][T] Original units; scaled in place.</param>
    /// <param name="model">Whose rows are to be made, as many as it needs.</param>
    /// <param name="warnings">Sentences known already.</param>
    /// <returns>The series, and what is to be said.</returns>
    public static (PreparedSeries Series, IReadOnlyList<string> Warnings)? TryMake(
        DateTime[] times, double[][] values, ServingModel model, IReadOnlyList<string> warnings)
    {
        var (plan, step) = (model.Plan, model.Signature.Step);
        if (!plan.IsPlain || !Follow(times, step.Duration.Ticks) || !AreWhole(values))
            return null;

        List<string>? remarks = null, fell = null;
        for (var c = 0; c < values.Length; c++)
        {
            foreach (var remark in ServingRemarks.Of(model.Scaler.Columns[c], values[c], plan.IsTarget[c]))
                (remarks ??= [.. warnings]).Add(remark);
            if (FallsBelowZero(values[c]))
                (fell ??= []).Add(plan.Measured[c]);
            Scaler.Transform(model.Scaler.Columns[c], values[c]);
        }

        var observed = new bool[plan.Columns.All.Count][];
        Array.Fill(observed, plan.Whole(times.Length));
        var series = new PreparedSeries
        {
            Timestamps = times,
            Segments = plan.Single(times.Length),
            Step = step,
            Columns = plan.Columns.All,
            Values = model.Config.Calendar ? WithCalendar(values, times, step) : values,
            Observed = observed,
            Targets = model.Signature.Targets,
            FlatTargets = plan.FlatTargets,
            FellBelowZero = fell ?? [],
        };
        return (series, remarks ?? warnings);
    }

    private static bool Follow(DateTime[] times, long step)
    {
        if (times[0].Ticks % TimeSpan.TicksPerMicrosecond != 0)
            return false;
        for (var t = 1; t < times.Length; t++)
        {
            if (times[t].Ticks - times[t - 1].Ticks != step)
                return false;
        }

        return true;
    }

    private static bool AreWhole(double[][] values)
    {
        foreach (var column in values)
        {
            foreach (var value in column)
            {
                if (double.IsNaN(value))
                    return false;
            }
        }

        return true;
    }

    private static bool FallsBelowZero(double[] column)
    {
        foreach (var value in column)
        {
            if (value < 0)
                return true;
        }

        return false;
    }

    private static double[][] WithCalendar(double[][] values, DateTime[] times, SeriesStep step)
    {
        var names = CalendarFeatures.Names;
        var all = new double[values.Length + names.Count][];
        values.CopyTo(all, 0);
        var local = step.Clock is { } clock ? Array.ConvertAll(times, clock.Local) : times;
        for (var f = 0; f < names.Count; f++)
            CalendarFeatures.Fill(names[f], local, all[values.Length + f] = new double[times.Length]);
        return all;
    }
}
