using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Live;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>
/// Of which forecasts the windows of a champion's intervals are (FORECASTING.md 9): of those that are kept, whose truths lie in the newest
/// seasons up to the newest origin. They follow from the rows as they are, so that rows in any order end in the same.
/// </summary>
/// <param name="After">Truths behind this time count.</param>
/// <param name="To">And up to this.</param>
/// <param name="Origins">Forecasts from here on.</param>
internal sealed record WindowCount(DateTime After, DateTime To, DateTime Origins)
{
    /// <summary>Forecasts are kept a day longer than they count: they go once a day.</summary>
    private const int ForecastDays = LiveKeeping.ForecastDays - 1;

    /// <summary>Null: what is scored in a turn changes nothing of it, or turns that follow do.</summary>
    /// <param name="station">As it was before the turn.</param>
    /// <param name="span">Which rows are scored in it: whatever is touched of the past, turn after turn up to the newest row.</param>
    /// <param name="grid">Of origins.</param>
    /// <param name="step">Between rows.</param>
    public static WindowCount? Of(LiveStationRow station, LiveSpan span, CanonicalGrid grid, SeriesStep step)
    {
        if (station.ScoredTo is { } newest && MeasurementLog.Time(newest) > span.To)
            return null;

        var to = span.To;
        for (var i = 1; i < grid.Stride && !grid.IsOrigin(to); i++)
            to = step.Next(to, -1);
        if (station.DoneTo is null && to <= span.After)
            return null;

        var after = step.Next(to, -IntervalWindows.Seasons * Season.Steps(step));
        var (first, kept) = (step.Next(after, -grid.Leads[^1]), to.AddDays(-ForecastDays));
        return new WindowCount(after, to, first > kept ? first : kept);
    }

    /// <summary>Null: they are as they were.</summary>
    /// <param name="champion">Whose intervals.</param>
    /// <param name="known">What they are so far.</param>
    /// <param name="forecasts">Of the champion.</param>
    /// <param name="packed">Those that are kept, as they are after the turn.</param>
    /// <param name="grid">Of origins.</param>
    public (RunId Run, byte[] Packed)? Count(
        ScoredModel champion,
        IntervalState? known,
        CanonicalForecasts forecasts,
        IEnumerable<(DateTime Origin, byte[] Packed)> packed,
        CanonicalGrid grid)
    {
        if (champion.Live.Model.Intervals is not { } intervals)
            return null;

        var signature = champion.Live.Signature;
        var errors = forecasts.Errors(packed.Where(p => p.Origin >= Origins), time => time > After && time <= To);
        var now = IntervalWindows.Of(intervals, signature.Targets.Count, Season.Steps(signature.Step), grid.Stride, errors).Pack();
        return now.AsSpan().SequenceEqual(known?.Windows) ? null : (new RunId(champion.Key), now);
    }
}
