namespace FLTS.Forecasting.Series.Grid;

/// <summary>Finds a step of the calendar in local times: all on working days, or all on one day of their months.</summary>
internal static class CalendarStep
{
    /// <summary>The step of times that all lie on its days, and most of them one step apart; else null.</summary>
    /// <param name="local">Ascending, at least two.</param>
    public static SeriesStep? Of(ReadOnlySpan<DateTime> local) =>
        Months(local) ?? (AreWorkingDays(local) ? SeriesStep.BusinessDay : null);

    /// <summary>The step of a stated unit; its day of the month is the last where all times lie on the last.</summary>
    public static SeriesStep Stated(SeriesStep step, ReadOnlySpan<DateTime> local) =>
        step.Unit == StepUnit.Month ? SeriesStep.OfMonths(step.Months, AreLastDays(local)) : step;

    private static SeriesStep? Months(ReadOnlySpan<DateTime> local)
    {
        var atEnd = true;
        var onDay = true;
        var counts = new Dictionary<int, int>();
        for (var i = 1; i < local.Length; i++)
        {
            atEnd &= IsLastDay(local[i]) && IsLastDay(local[i - 1]);
            onDay &= local[i].Day == local[0].Day;
            var months = (int)(SeriesStep.MonthOf(local[i]) - SeriesStep.MonthOf(local[i - 1]));
            if (months < 1 || (!atEnd && !onDay))
                return null;
            counts[months] = counts.GetValueOrDefault(months) + 1;
        }

        var (step, count) = counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key).First();
        return count >= Frequency.LeastRegular * (local.Length - 1) && counts.Keys.All(months => months % step == 0)
            ? SeriesStep.OfMonths(step, atEnd)
            : null;
    }

    /// <summary>
    /// All from Monday to Friday, and more of them a working day apart than a day: a few days of one week are a series of days.
    /// </summary>
    private static bool AreWorkingDays(ReadOnlySpan<DateTime> local)
    {
        var (apart, days) = (0, 0);
        if (IsWeekend(local[0]))
            return false;
        for (var i = 1; i < local.Length; i++)
        {
            if (IsWeekend(local[i]) || local[i].Date == local[i - 1].Date)
                return false;
            if (SeriesStep.WorkingDay(local[i]) - SeriesStep.WorkingDay(local[i - 1]) != 1)
                continue;
            apart++;
            days += local[i].Date - local[i - 1].Date == TimeSpan.FromDays(1) ? 1 : 0;
        }

        return apart > days && apart >= Frequency.LeastRegular * (local.Length - 1);
    }

    private static bool AreLastDays(ReadOnlySpan<DateTime> local)
    {
        foreach (var time in local)
        {
            if (!IsLastDay(time))
                return false;
        }

        return true;
    }

    internal static bool IsLastDay(DateTime local) => local.Day == DateTime.DaysInMonth(local.Year, local.Month);

    internal static bool IsWeekend(DateTime local) => local.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
}
