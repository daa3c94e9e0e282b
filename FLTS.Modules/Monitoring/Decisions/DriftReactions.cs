using FLTS.Forecasting.Live;
using FLTS.Forecasting.Series;
using FLTS.Modules.Monitoring.Settings;
using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Monitoring.Decisions;

/// <summary>What is done about what was noticed, by the settings and by what was done before.</summary>
internal sealed class DriftReactions(
    MonitoringOptions options,
    WatchedStations stations,
    DriftEvents events,
    BaselineStep baselines,
    DriftActs acts,
    DriftMetrics metrics,
    TimeProvider time)
{
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    /// <summary>Whether anybody looks at whether the version before is better.</summary>
    public bool LooksBack => options.Rollback != MonitoringOptions.Off;

    /// <summary>Whether evidence is enough: where it is acted on, many stations are judged together.</summary>
    /// <param name="own">Of the station; null: none.</param>
    /// <param name="id">Of its baseline.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<Func<double, bool>> EnoughAsync(double? own, string id, CancellationToken cancellation)
    {
        if (options.Rollback != MonitoringOptions.Act || own is not >= RollbackEvidence.Enough)
            return evidence => evidence >= RollbackEvidence.Enough;

        var others = await baselines.EvidenceOfOthersAsync(id, cancellation);
        return evidence => RollbackEvidence.IsEnough(evidence, [evidence, .. others]);
    }

    /// <summary>
    /// New rows, where so many have a station trained again; null: they do not, these are too few, or it is not the time to.
    /// </summary>
    public async Task<int?> NewRowsAsync(WatchedStation station, SeriesStep step, CancellationToken cancellation)
    {
        if (options.Retraining == MonitoringOptions.Off || options.RetrainAfterRows == 0)
            return null;

        var wanted = Math.Max(options.RetrainAfterRows, RetrainingRules.LeastNewRows(Season.Steps(step), station.TrainRows));
        var rows = await stations.NewRowsAsync(station, wanted, cancellation);
        if (rows < wanted)
            return null;

        // Of each training this is noticed once: not before something can be done.
        var mayAct = options.Retraining == MonitoringOptions.Alarm
            || RetrainingRules.WhyNot(await StateAsync(station, step, cancellation)) is null;
        return mayAct ? rows : null;
    }

    /// <summary>Names the training since which rows are counted: of each, enough new ones are noticed once.</summary>
    public async Task<string> TrainingAsync(WatchedStation station, CancellationToken cancellation) =>
        $"pipeline {await stations.NewestSequenceAsync(station.Identifier, cancellation)}";

    /// <summary>What is done, and why it is no more.</summary>
    public async Task<(DriftAction Action, string? WhyNot)> OfAsync(
        WatchedStation station, SeriesStep step, DriftKind kind, CancellationToken cancellation)
    {
        var (setting, action) = kind switch
        {
            DriftKind.Stale => (MonitoringOptions.Alarm, DriftAction.Alarm), // Another model would get the same rows.
            DriftKind.Worse or DriftKind.Gross => (options.Rollback, DriftAction.Rollback),
            _ => (options.Retraining, DriftAction.Retrain),
        };
        if (setting == MonitoringOptions.Off)
            return (DriftAction.None, null);
        if (setting == MonitoringOptions.Alarm)
            return (DriftAction.Alarm, null);

        var whyNot = !acts.Can(action) ? "this process has no module that does it"
            : action == DriftAction.Rollback ? await WhyNoRollbackAsync(station, cancellation)
            : RetrainingRules.WhyNot(await StateAsync(station, step, cancellation));
        return whyNot is null ? (action, null) : (DriftAction.Alarm, whyNot);
    }

    public void Count(DriftKind kind, DriftAction action) => metrics.Count(kind, action);

    private async Task<string?> WhyNoRollbackAsync(WatchedStation station, CancellationToken cancellation) =>
        await events.WasRolledBackAsync(station.Identifier, time.GetUtcNow() - _day, cancellation)
            ? "the station was rolled back by live errors within the last 24 hours"
            : null;

    private async Task<RetrainingState> StateAsync(WatchedStation station, SeriesStep step, CancellationToken cancellation)
    {
        var (now, seasonRows) = (time.GetUtcNow(), Season.Steps(step));
        var (season, least) = (new SeasonPlaces(step).Span, RetrainingRules.LeastNewRows(seasonRows, station.TrainRows));
        return new RetrainingState(
            now,
            season,
            await stations.NewRowsAsync(station, least, cancellation),
            least,
            await events.RetrainedAsync(station.Identifier, now - season, cancellation),
            await events.SpentAsync(now - _day, cancellation),
            options.RetrainingShare * _day);
    }
}
