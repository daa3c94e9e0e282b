namespace FLTS.Forecasting.Series;

/// <summary>Buckets of time that errors are summed by: the longest of an hour, 1/24 of a season and a step (FORECASTING.md 9).</summary>
/// <param name="step">Between rows.</param>
public sealed class TimeBuckets(SeriesStep step)
{
    private const int OfSeason = 24;

    /// <summary>Of one.</summary>
    public TimeSpan Length { get; } = TimeSpan.FromTicks(
        Math.Max(Math.Max(TimeSpan.TicksPerHour, Season.Steps(step) * step.Duration.Ticks / OfSeason), step.Duration.Ticks));

    /// <summary>The begin of the bucket that a time lies in; where a step is as long as a bucket, the time itself.</summary>
    public DateTime Start(DateTime time) =>
        Length == step.Duration ? time : new DateTime(time.Ticks / Length.Ticks * Length.Ticks);

    /// <summary>Buckets that so many rows can fill, at most.</summary>
    public long Most(long rows) => Length == step.Duration ? rows : Math.Min(rows, (long)(rows * (step.Duration / Length)) + 2);
}
