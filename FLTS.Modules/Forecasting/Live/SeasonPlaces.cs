using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Live;

/// <summary>Where in the season a bucket of time lies (FORECASTING.md 5, 9); one place where the series has no season.</summary>
/// <param name="step">Between rows.</param>
public sealed class SeasonPlaces(SeriesStep step)
{
    /// <summary>Of what is called a season, at least.</summary>
    private const int LeastBuckets = 24;

    private readonly TimeSpan _bucket = new TimeBuckets(step).Length;

    /// <summary>Places of a season, at least one.</summary>
    public int Count { get; } = step.Unit == StepUnit.Month || Season.Steps(step) == 1
        ? Season.Steps(step)
        : Math.Max(1, (int)(Season.Steps(step) * step.Duration / new TimeBuckets(step).Length));

    /// <summary>What a decision calls a season: one, and no less than 24 buckets.</summary>
    public TimeSpan Span { get; } = TimeSpan.FromTicks(
        Math.Max(Season.Steps(step) * step.Duration.Ticks, LeastBuckets * new TimeBuckets(step).Length.Ticks));

    /// <summary>The place of a bucket by the clock on the wall, from 0.</summary>
    /// <param name="bucket">Its begin.</param>
    public int Of(DateTime bucket)
    {
        var local = step.Local(bucket);
        return step.Unit switch
        {
            StepUnit.Month => ((local.Year * 12) + local.Month - 1) / step.Months % Count,
            StepUnit.BusinessDay => ((int)local.DayOfWeek + 6) % 7 % Count,
            _ => (int)(local.Ticks / _bucket.Ticks % Count),
        };
    }
}
