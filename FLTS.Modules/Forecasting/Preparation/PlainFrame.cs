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
    /// <param name="room">Times, and measured columns in original units, scaled in place.</param>
    /// <param name="model">Whose rows are to be made, as many as it needs.</param>
    /// <param name="warnings">Sentences known already.</param>
    /// <returns>The series, and what is to be said.</returns>
    public static (PreparedSeries Series, IReadOnlyList<string> Warnings)? TryMake(
        ServingRoom room, ServingModel model, IReadOnlyList<string> warnings)
    {
        var (plan, step) = (model.Plan, model.Signature.Step);
        var measured = room.Values.AsSpan(0, plan.Measured.Count);
        if (!plan.IsPlain || !Follow(room.Times, step.Duration.Ticks) || !AreWhole(measured))
            return null;

        List<string>? remarks = null, fell = null;
        for (var c = 0; c < measured.Length; c++)
        {
            if (model.Scaler.Columns[c].Flat) // Of whole rows there is nothing else to say than that what never moved does.
            {
                foreach (var remark in ServingRemarks.Of(model.Scaler.Columns[c], measured[c], plan.IsTarget[c]))
                    (remarks ??= [.. warnings]).Add(remark);
            }

            if (FallsBelowZero(measured[c]))
                (fell ??= []).Add(plan.Measured[c]);
            Scaler.Transform(model.Scaler.Columns[c], measured[c]);
        }

        FillCalendar(room.Values.AsSpan(measured.Length), room.Times, step);
        var series = new PreparedSeries
        {
            Timestamps = room.Times,
            Segments = plan.Single(room.Rows),
            Step = step,
            Columns = plan.Columns.All,
            Values = room.Values,
            Observed = room.Observed,
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

    private static bool AreWhole(ReadOnlySpan<double[]> values)
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

    /// <param name="calendar">[features][T]; empty: the model has none.</param>
    /// <param name="times">[T]</param>
    /// <param name="step">Knows their zone.</param>
    private static void FillCalendar(ReadOnlySpan<double[]> calendar, DateTime[] times, SeriesStep step)
    {
        if (calendar.IsEmpty)
            return;
        var local = step.Clock is { } clock ? Array.ConvertAll(times, clock.Local) : times;
        for (var f = 0; f < calendar.Length; f++)
            CalendarFeatures.Fill(CalendarFeatures.Names[f], local, calendar[f]);
    }
}
