using System.Globalization;
using FLTS.Forecasting.Live;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Monitoring.Decisions;

/// <summary>
/// Looks at a station after its live errors were written: says what they show, and has done what the settings say. What it notices follows
/// from rows alone, and is written once, whoever looks and however often.
/// </summary>
internal sealed partial class LiveDecisions(
    WatchedStations stations,
    LiveLooks looks,
    Baselines baselines,
    DriftEvents events,
    DriftReactions reactions,
    DriftActs acts,
    ILogger<LiveDecisions> logger)
{
    /// <summary>Looks at a station; nothing is done where it has no champion.</summary>
    public async Task LookAsync(Identifier identifier, CancellationToken cancellation)
    {
        if (await stations.FindAsync(identifier, cancellation) is not { } station)
            return;
        if (await acts.DoAsync(station, cancellation))
            station = (await stations.FindAsync(identifier, cancellation))!;
        if (await looks.ScoredToAsync(identifier, cancellation) is not { } scoredTo
            || await baselines.OfAsync(station, cancellation) is not var (row, usual))
            return;

        using var scope = LogScope.Begin(logger, ("identifier", identifier.Value), ("run_id", station.Champion.Value));
        var newest = await events.NewestAsync(identifier, station.Champion, cancellation);
        List<Noticed> noticed = [.. await OfFeedAsync(station, usual, scoredTo, newest, cancellation)];
        var look = HasHourSince(row, usual, scoredTo) ? await looks.ReadAsync(station, usual, scoredTo, cancellation) : null;
        if (look is not null)
        {
            noticed.AddRange(look.OfErrors(newest));
            if (reactions.LooksBack)
                noticed.AddRange(look.OfOther(newest, await reactions.EnoughAsync(look.Evidence, row.BaselineId, cancellation)));
        }

        foreach (var one in noticed)
            await TellAsync(station, usual, one, cancellation);
        FaultPoint.Reach("drift.noticed");
        if (look is { BesideEwma: [.., var last] })
            await baselines.LookedAsync(row, MeasurementLog.Instant(last.At), look.Evidence, cancellation);
        if (noticed.Count > 0)
            await acts.DoAsync(station, cancellation);
    }

    /// <summary>Says of a feed that it brings nothing any more, where that is so: once, until a season of rows has come.</summary>
    /// <param name="identifier">The station.</param>
    /// <param name="now">By the clock.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>When it may be so, if nothing comes until then; null: too little is known, or it is said.</returns>
    public async Task<DateTimeOffset?> LookForSilenceAsync(Identifier identifier, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await stations.FindAsync(identifier, cancellation) is not { } station
            || await looks.ScoredToAsync(identifier, cancellation) is not { } scoredTo
            || await baselines.OfAsync(station, cancellation) is not var (_, usual)
            || FeedDelay.LatestNext(await stations.DeliveriesAsync(station.Dataset, cancellation), usual.Step) is not { } latest)
            return null;

        if (now.UtcDateTime <= latest)
            return new DateTimeOffset(latest, TimeSpan.Zero);

        using var scope = LogScope.Begin(logger, ("identifier", identifier.Value), ("run_id", station.Champion.Value));
        var (newest, at) = (await events.NewestAsync(identifier, station.Champion, cancellation), MeasurementLog.Time(scoredTo));
        if (IsRested(newest, at, usual))
        {
            var steps = (now.UtcDateTime - latest) / usual.Step.Duration;
            await TellAsync(station, usual, new Noticed(DriftKind.Stale, at, steps, string.Create(
                CultureInfo.InvariantCulture,
                $"Nothing has come to '{station.Dataset}' since the row of {usual.Step.Show(at)}; as its rows usually come, the next was "
                + $"to be there by {latest:yyyy-MM-dd HH:mm:ss}Z.")), cancellation);
        }

        return null;
    }

    /// <summary>
    /// Whether an hour is over that was not at the last look, which saw the one that began at <see cref="LiveBaselineRow.LookedTo"/>.
    /// </summary>
    private static bool HasHourSince(LiveBaselineRow row, BaselineResult usual, DateTimeOffset scoredTo) =>
        !(scoredTo + usual.Step.Duration < row.LookedTo + (2 * new TimeBuckets(usual.Step).Length));

    /// <summary>What is told by when rows come, and by how many.</summary>
    private async Task<IEnumerable<Noticed>> OfFeedAsync(
        WatchedStation station,
        BaselineResult usual,
        DateTimeOffset scoredTo,
        IReadOnlyDictionary<DriftKind, DateTime> newest,
        CancellationToken cancellation)
    {
        var (noticed, now) = (new List<Noticed>(), MeasurementLog.Time(scoredTo));
        var deliveries = IsRested(newest, now, usual) ? await stations.DeliveriesAsync(station.Dataset, cancellation) : [];
        if (FeedDelay.Of(deliveries, usual.Step) is { } late)
        {
            var steps = late / usual.Step.Duration;
            noticed.Add(new Noticed(DriftKind.Stale, now, steps, string.Create(
                CultureInfo.InvariantCulture,
                $"The row of {usual.Step.Show(now)} came {steps:0.#} steps later than rows of '{station.Dataset}' usually do.")));
        }

        if (await reactions.NewRowsAsync(station, usual.Step, cancellation) is { } rows)
        {
            noticed.Add(new Noticed(DriftKind.Rows, now, rows, string.Create(
                CultureInfo.InvariantCulture, $"{rows} rows of '{station.Dataset}' are new since the station was last trained."))
            {
                Mark = await reactions.TrainingAsync(station, cancellation),
            });
        }

        return noticed;
    }

    /// <summary>Whether a season of rows has come since a stale feed was told.</summary>
    private static bool IsRested(IReadOnlyDictionary<DriftKind, DateTime> newest, DateTime now, BaselineResult usual) =>
        !newest.TryGetValue(DriftKind.Stale, out var told) || now >= told + new SeasonPlaces(usual.Step).Span;

    private async Task TellAsync(WatchedStation station, BaselineResult usual, Noticed noticed, CancellationToken cancellation)
    {
        var (action, why) = await reactions.OfAsync(station, usual.Step, noticed.Kind, cancellation);
        var reason = why is null ? noticed.Reason : $"{noticed.Reason} Nothing is done: {why}.";
        if (await events.AddAsync(station.Identifier, station.Champion, noticed with { Reason = reason }, action, cancellation) is null)
            return;

        reactions.Count(noticed.Kind, action);
        if (action == DriftAction.None)
            LogNoted(logger, noticed.Kind, reason);
        else
            LogNoticed(logger, noticed.Kind, action, reason);
    }

    [LoggerMessage(EventName = "drift_noted", Level = LogLevel.Information, Message = "{kind}: {reason}")]
    private static partial void LogNoted(ILogger logger, DriftKind kind, string reason);

    [LoggerMessage(EventName = "drift_noticed", Level = LogLevel.Warning, Message = "{kind}, {action}: {reason}")]
    private static partial void LogNoticed(ILogger logger, DriftKind kind, DriftAction action, string reason);
}
