using FLTS.Forecasting.Series;

namespace FLTS.Modules.Evaluation.Scoring;

/// <summary>
/// A champion may be of data whose times are local where this data's are instants, or the other way round: a zone was declared since, or
/// it was prepared when times of a zone were kept as local ones.
/// </summary>
internal static class ChampionTimes
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
