using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Live;

/// <summary>How the champion of a station does now, in two numbers beside its row, so that a scrape need not sum hours.</summary>
internal static class LiveSummary
{
    private const int Hours = 24;

    /// <summary>Part of the caller's transaction.</summary>
    /// <param name="db">The transaction.</param>
    /// <param name="identifier">Of the station.</param>
    /// <param name="newest">The newest row that is scored.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task WriteAsync(
        RegistryDbContext db, Identifier identifier, DateTimeOffset newest, CancellationToken cancellation)
    {
        var station = await db.LiveStations.AsNoTracking().SingleAsync(s => s.Identifier == identifier, cancellation);
        var from = newest - (new TimeBuckets(LiveKeeping.StepOf(station)).Length * Hours);
        var champion = await SumsAsync(db, identifier, LiveRole.Champion, from, cancellation);
        var baseline = await SumsAsync(db, identifier, LiveRole.Baseline, from, cancellation);
        double? ratio = champion.Matched > 0 && baseline is { Matched: > 0, Absolutes: > 0 }
            ? champion.Absolutes / champion.Matched / (baseline.Absolutes / baseline.Matched)
            : null;
        double? coverage = champion.Intervals.With80 > 0 ? (double)champion.Intervals.Inside80 / champion.Intervals.With80 : null;
        await db.LiveStations.Where(s => s.Identifier == identifier).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.Ratio, ratio).SetProperty(s => s.Coverage, coverage), cancellation);
    }

    private static async Task<CellSums> SumsAsync(
        RegistryDbContext db, Identifier identifier, LiveRole role, DateTimeOffset from, CancellationToken cancellation)
    {
        var model = await db.LiveModels
            .Where(m => m.Identifier == identifier && m.Role == role && m.UntilTs == null)
            .Select(m => m.Model)
            .FirstOrDefaultAsync(cancellation);
        var hours = await db.LiveErrors.AsNoTracking()
            .Where(e => e.Identifier == identifier && e.Model == model && e.Lead == 1 && e.Start > from)
            .ToListAsync(cancellation);
        return hours.Where(h => RollingScore.IsScored(h.Cells, h.Matched)).Select(SumsOf).Aggregate(default(CellSums), (a, b) => a.With(b));
    }

    /// <summary>The sums of an hour, as they were stored.</summary>
    public static CellSums SumsOf(LiveErrorRow row) => new(
        row.Cells,
        row.Matched,
        row.Absolutes,
        row.Squares,
        row.Errors,
        new IntervalSums(row.With80, row.Inside80, row.With95, row.Inside95, row.IntervalScores));
}
