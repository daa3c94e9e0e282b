namespace FLTS.Forecasting.Series;

/// <summary>
/// Times of series of one station may be local in one and instants in the other: a zone was declared since, or data was prepared when
/// times of a zone were kept as local ones.
/// </summary>
public static class SeriesTimes
{
    /// <summary>A time of one series as the other has it.</summary>
    public static DateTime Convert(DateTime time, SeriesStep from, SeriesStep to) => (from.Clock, to.Clock) switch
    {
        (null, { } clock) => clock.Utc(time),
        ({ } clock, null) => clock.Local(time),
        _ => time,
    };

    /// <summary>Whether rows follow each other in the same way, whatever clock tells their times.</summary>
    public static bool IsSameStep(SeriesStep one, SeriesStep other) =>
        (one.Unit, one.Months, one.AtEnd) == (other.Unit, other.Months, other.AtEnd)
        && Math.Abs((one.Duration - other.Duration).TotalSeconds) <= 1e-6;
}
