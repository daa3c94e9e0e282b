namespace FLTS.Forecasting.Series;

/// <summary>The season of a series (FORECASTING.md 5).</summary>
public static class Season
{
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    /// <summary>Steps of a day where the step divides one, 7 for days, 52 for weeks; 1: there is none.</summary>
    /// <param name="step">Time between rows, above 0.</param>
    public static int Steps(TimeSpan step) => step switch
    {
        _ when step == _day => 7,
        _ when step == 7 * _day => 52,
        _ when step < _day && _day.Ticks % step.Ticks == 0 => (int)Math.Min(int.MaxValue, _day.Ticks / step.Ticks),
        _ => 1,
    };
}
