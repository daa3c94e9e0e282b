using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Live;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Measurements;

namespace FLTS.Modules.Monitoring.Live;

/// <summary>
/// Counts what came true for the champion's intervals that adapt (FORECASTING.md 9): each truth once, when it is known, in the order of
/// time, behind the mark up to which was counted. What comes late or is corrected behind it changes nothing any more, so that a turn done
/// again, or by another process, ends the same.
/// </summary>
internal static class IntervalCount
{
    /// <param name="champion">Whose intervals.</param>
    /// <param name="known">What they have become so far; null: no truth was counted.</param>
    /// <param name="forecasts">Of the champion.</param>
    /// <param name="span">Which rows are scored in this turn.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <returns>Null: there is nothing new to count, or what was counted cannot be read.</returns>
    public static (IntervalState Now, DateTimeOffset? Before)? Of(
        ScoredModel champion, IntervalState? known, CanonicalForecasts forecasts, LiveSpan span, CancellationToken cancellation)
    {
        var mark = known?.CountedTo is { } counted ? MeasurementLog.Time(counted) : span.After;
        var from = mark > champion.CountsFrom ? mark : champion.CountsFrom;
        if (champion.Live.Model.Intervals is not { } intervals || from >= span.To)
            return null;

        var errors = Errors(forecasts, champion.Live, time => time > from && time <= span.To, cancellation);
        var moved = errors.Where(e => e.Residuals.Any(double.IsFinite)).Select(e => e.Time).Distinct().Count();
        if (moved == 0)
            return null;

        var targets = champion.Live.Signature.Targets.Count;
        AdaptedIntervals before;
        try
        {
            before = known?.Read(targets) ?? AdaptedIntervals.Begin(intervals, targets, Longest(champion.Live));
        }
        catch (CorruptArtifactException)
        {
            // Errors are scored all the same; that the fixed intervals answer, and why, is said by whoever serves the model.
            return null;
        }

        return (
            new IntervalState(
                new RunId(champion.Key),
                MeasurementLog.Instant(span.To),
                (known?.Revision ?? 0) + moved,
                before.With(errors.Where(e => e.Lead <= before.Leads)).Pack()),
            known?.CountedTo);
    }

    private static IReadOnlyList<TruthErrors> Errors(
        CanonicalForecasts forecasts, LiveModel model, Func<DateTime, bool> isWanted, CancellationToken cancellation)
    {
        try
        {
            return forecasts.Errors(Longest(model), isWanted, cancellation);
        }
        catch (InvalidInputException)
        {
            // It has no answer so far ahead: its inputs are not known there.
            return forecasts.Errors(1, isWanted, cancellation);
        }
    }

    private static int Longest(LiveModel model) =>
        Math.Min(IntervalTracker.LongestLead, new CanonicalGrid(model.Signature.Step).Leads[^1]);
}
