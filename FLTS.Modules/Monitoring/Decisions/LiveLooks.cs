using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Live;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Live;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Monitoring.Decisions;

/// <summary>Reads what a look at a station decides from: live rows one step ahead, of what is finished.</summary>
internal sealed class LiveLooks(LiveReader reader)
{
    private const int Lead = 1;

    /// <summary>The newest row of a station that is scored; null: none is.</summary>
    public async Task<DateTimeOffset?> ScoredToAsync(Identifier identifier, CancellationToken cancellation) =>
        (await reader.StationAsync(identifier, cancellation))?.ScoredTo;

    /// <summary>Null: the champion is not scored yet.</summary>
    /// <param name="station">Whose.</param>
    /// <param name="usual">Its baseline.</param>
    /// <param name="scoredTo">The newest row that is scored.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<StationLook?> ReadAsync(
        WatchedStation station, BaselineResult usual, DateTimeOffset scoredTo, CancellationToken cancellation)
    {
        var roles = (await reader.ModelsAsync(station.Identifier, cancellation)).Where(m => m.UntilTs is null).ToLookup(m => m.Role);
        var champion = roles[LiveRole.Champion].FirstOrDefault(m => m.RunId == station.Champion);
        if (champion is null)
            return null;

        // A row is one step long: an hour is over with the row before the next one.
        var (step, buckets) = (usual.Step, new TimeBuckets(usual.Step));
        var over = MeasurementLog.Time(scoredTo) + step.Duration;
        var its = await HoursAsync(champion.Model, champion.FromTs);
        var ewma = roles[LiveRole.Baseline].FirstOrDefault(m => m.RunId == station.Champion);
        var besideEwma = ewma is null ? [] : Beside(its, await HoursAsync(ewma.Model, champion.FromTs));
        var other = roles[LiveRole.Previous].FirstOrDefault(m => m.RunId == station.Other);
        if (other is null)
            return new StationLook(usual, besideEwma, [], over, []);

        var since = MeasurementLog.Time(other.FromTs > champion.FromTs ? other.FromTs : champion.FromTs);
        var places = new SeasonPlaces(step);
        var blocksFrom = new EvidenceWindows(places).StartsAt(since, over - places.Span).First(); // None that is kept begins before.
        return new StationLook(
            usual,
            besideEwma,
            Beside(its, await HoursAsync(other.Model, MeasurementLog.Instant(since))),
            since,
            Beside(await BlocksAsync(champion.Model, blocksFrom), await BlocksAsync(other.Model, blocksFrom)));

        async Task<IReadOnlyList<LiveErrorRow>> HoursAsync(string model, DateTimeOffset from) =>
            [.. (await reader.HoursAsync(station.Identifier, model, Lead, (from, MeasurementLog.Instant(over)), cancellation))
                .Where(h => !h.IsDay && MeasurementLog.Time(h.Start) + buckets.Length <= over)];

        async Task<IReadOnlyList<LiveBlockRow>> BlocksAsync(string model, DateTime from)
        {
            var span = (MeasurementLog.Instant(from), MeasurementLog.Instant(over));
            return
            [
                .. (await reader.BlocksAsync(station.Identifier, model, span, cancellation)).Where(b =>
                    b.Cells > 0
                    && double.IsFinite(b.Loss)
                    && step.Next(MeasurementLog.Time(b.Start), RollbackEvidence.BlockSteps) <= over),
            ];
        }
    }

    private static IReadOnlyList<LiveHour> Beside(IReadOnlyList<LiveErrorRow> its, IReadOnlyList<LiveErrorRow> others)
    {
        var known = others.ToDictionary(o => o.Start);
        return [.. its.Where(h => known.ContainsKey(h.Start)).Select(h => Hour(h, known[h.Start]))];
    }

    private static LiveHour Hour(LiveErrorRow its, LiveErrorRow other) => new(
        MeasurementLog.Time(its.Start),
        its.Matched >= RollingScore.LeastMatched * its.Cells && its.Matched > 0 && other.Matched > 0 && double.IsFinite(other.Absolutes),
        double.IsNaN(its.Absolutes) ? double.PositiveInfinity : its.Matched > 0 ? its.Absolutes / its.Matched : 0,
        other.Matched > 0 ? other.Absolutes / other.Matched : 0,
        its.Matched,
        its.With80 == its.Matched ? its.Inside80 : null);

    private static IReadOnlyList<(DateTime At, double Champion, double Other)> Beside(
        IReadOnlyList<LiveBlockRow> its, IReadOnlyList<LiveBlockRow> others)
    {
        var known = others.ToDictionary(o => o.Start, o => o.Loss);
        return [.. its.Where(b => known.ContainsKey(b.Start)).Select(b => (MeasurementLog.Time(b.Start), b.Loss, known[b.Start]))];
    }
}
