using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Page.Reading;

/// <summary>How stations do since their champions are in force.</summary>
internal sealed class StationWatch(LiveReader live, DriftEvents drift, ShadowRuns shadows, RunReader runs, TimeProvider time)
{
    private const int ShownEvents = 15, ShownRuns = 30;

    /// <summary>For how long something that was noticed is shown among the stations.</summary>
    public static readonly TimeSpan AlarmsLast = TimeSpan.FromDays(7);

    /// <summary>Of all stations, what is known of how they do.</summary>
    public async Task<IReadOnlyDictionary<Identifier, StationHealth>> AllAsync(CancellationToken cancellation)
    {
        var scored = await live.StationsAsync(cancellation);
        var alarms = await drift.AlarmsAsync(time.GetUtcNow() - AlarmsLast, cancellation);
        return scored.Keys.Union(alarms.Keys).ToDictionary(i => i, i => Of(scored.GetValueOrDefault(i), alarms.GetValueOrDefault(i)));
    }

    /// <summary>Of one station, with what was noticed of it and who may stand beside its champion.</summary>
    public async Task<WatchModel> OfAsync(Identifier identifier, CancellationToken cancellation)
    {
        var events = await drift.ListAsync(identifier, ShownEvents, null, cancellation);
        var beside = await shadows.FindAsync(identifier, cancellation);
        var able = await runs.ListAsync(
            new RunFilter(null, null, identifier, null, RunStatus.Succeeded), ShownRuns, null, cancellation);
        return new WatchModel(
            Of(await live.StationAsync(identifier, cancellation), null),
            events.Items,
            beside is { } run ? RunView.Of(await runs.FindAsync(run, cancellation), withArtifacts: false) : null,
            able.Items);
    }

    private static StationHealth Of(LiveStationRow? row, StationAlarms? alarms) =>
        new(row?.Ratio, row?.Coverage, row?.ScoredTo, row?.KnownAt, row?.Error, alarms);
}

/// <summary>How a station does.</summary>
/// <param name="Ratio">The champion's mean absolute error over EWMA's in the newest 24 hours; null: nothing is known.</param>
/// <param name="Coverage">Share of the truths inside its intervals of 80 percent; null: it has none.</param>
/// <param name="NewestRow">Time of the newest row that is scored; null: none is.</param>
/// <param name="KnownAt">When that row came.</param>
/// <param name="Error">Why nothing is scored now, in a sentence; null: it is.</param>
/// <param name="Alarms">What was noticed lately; null: nothing.</param>
internal sealed record StationHealth(
    double? Ratio, double? Coverage, DateTimeOffset? NewestRow, DateTimeOffset? KnownAt, string? Error, StationAlarms? Alarms);

/// <summary>A station since its champion is in force.</summary>
/// <param name="Health">How it does.</param>
/// <param name="Events">What was noticed, newest first.</param>
/// <param name="Shadow">The run beside the champion; null: none.</param>
/// <param name="Runs">Its newest runs that can forecast.</param>
internal sealed record WatchModel(
    StationHealth Health, IReadOnlyList<DriftEventView> Events, RunView? Shadow, IReadOnlyList<RunView> Runs);
