using FLTS.Forecasting.Backtests;
using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Live;

/// <summary>How the champion of a station does now, in two numbers beside its row, so that a scrape need not sum hours.</summary>
internal static class LiveSummary
{
    private const int Hours = 24;

    /// <summary>Part of the caller's transaction.</summary>
    /// <param name="db">The transaction.</param>
    /// <param name="station">Whose.</param>
    /// <param name="newest">The newest row that is scored.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task WriteAsync(
        RegistryDbContext db, LiveStationRow station, DateTimeOffset newest, CancellationToken cancellation)
    {
        var identifier = station.Identifier;
        var from = newest - (new TimeBuckets(LiveKeeping.StepOf(station)).Length * Hours);
        var roles = await db.LiveModels.AsNoTracking()
            .Where(m => m.Identifier == identifier && m.UntilTs == null)
            .ToListAsync(cancellation);
        List<string> shown = [.. roles.Where(m => m.Role is LiveRole.Champion or LiveRole.Baseline).Select(m => m.Model)];
        var hours = await db.LiveErrors.AsNoTracking()
            .Where(e => e.Identifier == identifier && shown.Contains(e.Model) && e.Lead == 1 && e.Start > from)
            .ToListAsync(cancellation);
        var (champion, baseline) = (SumsOfRole(LiveRole.Champion), SumsOfRole(LiveRole.Baseline));
        var ratio = Ratio(champion, baseline, await SofteningAsync(db, roles, cancellation));
        double? coverage = champion.Intervals.With80 > 0 ? (double)champion.Intervals.Inside80 / champion.Intervals.With80 : null;
        await db.LiveStations.Where(s => s.Identifier == identifier).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.Ratio, ratio).SetProperty(s => s.Coverage, coverage), cancellation);

        CellSums SumsOfRole(LiveRole role)
        {
            var model = roles.Find(m => m.Role == role)?.Model;
            return hours.Where(h => h.Model == model && RollingScore.IsScored(h.Cells, h.Matched)).OrderBy(h => h.Start).Select(SumsOf)
                .Aggregate(default(CellSums), (a, b) => a.With(b));
        }
    }

    /// <summary>The champion's mean absolute error beside EWMA's (FORECASTING.md 9); null: one of the two has none.</summary>
    /// <param name="champion">Its errors.</param>
    /// <param name="ewma">EWMA's.</param>
    /// <param name="softening">e; 0 where the champion's validation part is not replayed yet.</param>
    public static double? Ratio(CellSums champion, CellSums ewma, double softening)
    {
        if (champion.Matched == 0 || ewma.Matched == 0 || !double.IsFinite(champion.Absolutes) || !double.IsFinite(ewma.Absolutes))
            return null;

        var other = (ewma.Absolutes / ewma.Matched) + softening;
        return other > 0 ? ((champion.Absolutes / champion.Matched) + softening) / other : null;
    }

    private static async Task<double> SofteningAsync(
        RegistryDbContext db, IReadOnlyList<LiveModelRow> roles, CancellationToken cancellation)
    {
        if (roles.FirstOrDefault(m => m.Role == LiveRole.Champion) is not { } champion)
            return 0;

        var baseline = await db.LiveBaselines.AsNoTracking()
            .Where(b => b.Identifier == champion.Identifier && b.RunId == champion.RunId && b.Result != null)
            .OrderByDescending(b => b.CreatedAt)
            .FirstOrDefaultAsync(cancellation);
        return baseline is null ? 0 : BaselineStep.SofteningOf(baseline);
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
