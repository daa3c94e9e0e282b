namespace FLTS.Forecasting.Series;

/// <summary>The season of a series (FORECASTING.md 5).</summary>
public static class Season
{
    private const int MonthsOfYear = 12;

    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    /// <summary>
    /// Steps of a day where the step divides one, 7 for days, 5 for business days, 52 for weeks, 12 for months, 4 for quarters; 1: there is
    /// none.
    /// </summary>
    /// <param name="step">Between rows.</param>
    public static int Steps(SeriesStep step) => step.Unit switch
    {
        StepUnit.BusinessDay => 5,
        StepUnit.Month => MonthsOfYear % step.Months == 0 ? MonthsOfYear / step.Months : 1,
        _ when step.Duration == _day => 7,
        _ when step.Duration == 7 * _day => 52,
        _ when step.Duration < _day && _day.Ticks % step.Duration.Ticks == 0 =>
            (int)Math.Min(int.MaxValue, _day.Ticks / step.Duration.Ticks),
        _ => 1,
    };
}
