using FLTS.Modules.Registry.Drift;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Live;

/// <summary>Reads what is known of forecasts that met their truth.</summary>
internal sealed class LiveReader(IDbContextFactory<RegistryDbContext> registry)
{
    /// <summary>How far a station is scored; null: it never had a champion.</summary>
    public async Task<LiveStationRow?> StationAsync(Identifier identifier, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.LiveStations.AsNoTracking().SingleOrDefaultAsync(s => s.Identifier == identifier, cancellation);
    }

    /// <summary>Every role that any model of a station had or has, oldest first.</summary>
    public async Task<IReadOnlyList<LiveModelRow>> ModelsAsync(Identifier identifier, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.LiveModels.AsNoTracking()
            .Where(m => m.Identifier == identifier)
            .OrderBy(m => m.FromTs).ThenBy(m => m.Role).ThenBy(m => m.Model)
            .ToListAsync(cancellation);
    }

    /// <summary>
    /// Hours of a model that begin in a span, in order. The newest may be unfinished (<see cref="LiveStationRow.ScoredTo"/>).
    /// </summary>
    /// <param name="identifier">The station.</param>
    /// <param name="model">See <see cref="LiveModelRow.ModelOf"/>.</param>
    /// <param name="lead">In steps.</param>
    /// <param name="span">First begin, and the one that is no part of it.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<IReadOnlyList<LiveErrorRow>> HoursAsync(
        Identifier identifier, string model, int lead, (DateTimeOffset From, DateTimeOffset To) span, CancellationToken cancellation)
    {
        var (from, to) = span;
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.LiveErrors.AsNoTracking()
            .Where(e => e.Identifier == identifier && e.Model == model && e.Lead == lead && e.Start >= from && e.Start < to)
            .OrderBy(e => e.Start)
            .ToListAsync(cancellation);
    }

    /// <summary>Blocks of ten steps of a model that begin in a span, in order. The newest may be unfinished, as in hours.</summary>
    /// <param name="identifier">The station.</param>
    /// <param name="model">See <see cref="LiveModelRow.ModelOf"/>.</param>
    /// <param name="span">First begin, and the one that is no part of it.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<IReadOnlyList<LiveBlockRow>> BlocksAsync(
        Identifier identifier, string model, (DateTimeOffset From, DateTimeOffset To) span, CancellationToken cancellation)
    {
        var (from, to) = span;
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.LiveBlocks.AsNoTracking()
            .Where(b => b.Identifier == identifier && b.Model == model && b.Start >= from && b.Start < to)
            .OrderBy(b => b.Start)
            .ToListAsync(cancellation);
    }

    /// <summary>Hours of all models at a lead that begin in a span.</summary>
    /// <param name="identifier">The station.</param>
    /// <param name="lead">In steps.</param>
    /// <param name="span">First begin, and the one that is no part of it.</param>
    /// <param name="most">No more than so many.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<IReadOnlyList<LiveErrorRow>> HoursAsync(
        Identifier identifier, int lead, (DateTimeOffset From, DateTimeOffset To) span, int most, CancellationToken cancellation)
    {
        var (from, to) = span;
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.LiveErrors.AsNoTracking()
            .Where(e => e.Identifier == identifier && e.Lead == lead && e.Start >= from && e.Start < to)
            .OrderBy(e => e.Start)
            .Take(most)
            .ToListAsync(cancellation);
    }

    /// <summary>e of champions whose validation part was replayed (FORECASTING.md 9), by run.</summary>
    public async Task<IReadOnlyDictionary<RunId, double>> SofteningsAsync(Identifier identifier, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var rows = await db.LiveBaselines.AsNoTracking()
            .Where(b => b.Identifier == identifier && b.Result != null)
            .OrderBy(b => b.CreatedAt)
            .ToListAsync(cancellation);
        return rows.GroupBy(b => b.RunId).ToDictionary(b => b.Key, b => BaselineStep.SofteningOf(b.Last()));
    }

    /// <summary>The newest packed forecast up to a time; null: none is kept.</summary>
    public async Task<LiveForecastRow?> ForecastAsync(Identifier identifier, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.LiveForecasts.AsNoTracking()
            .Where(f => f.Identifier == identifier && f.Origin <= at)
            .OrderByDescending(f => f.Origin)
            .FirstOrDefaultAsync(cancellation);
    }

    /// <summary>Origins and packed forecasts of a model, of those that are kept and lie in a span.</summary>
    public async Task<IReadOnlyList<(DateTimeOffset Origin, byte[] Packed)>> ForecastsAsync(
        Identifier identifier, string model, (DateTimeOffset From, DateTimeOffset To) span, CancellationToken cancellation)
    {
        var (from, to) = span;
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.LiveForecasts.AsNoTracking()
            .Where(f => f.Identifier == identifier && f.Model == model && f.Origin >= from && f.Origin <= to)
            .OrderBy(f => f.Origin)
            .Select(f => new ValueTuple<DateTimeOffset, byte[]>(f.Origin, f.Packed))
            .ToListAsync(cancellation);
    }

    /// <summary>How far the intervals of a champion have adapted; null: no truth has moved them.</summary>
    public async Task<IntervalState?> IntervalsAsync(Identifier identifier, RunId run, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.LiveIntervals.AsNoTracking()
            .Where(i => i.Identifier == identifier && i.RunId == run)
            .Select(i => new IntervalState(i.RunId, i.CountedTo, i.Revision, i.Packed) { Windows = i.Windows })
            .SingleOrDefaultAsync(cancellation);
    }

    /// <summary>How often the intervals of each champion, of now or before, were moved.</summary>
    public async Task<IReadOnlyDictionary<(Identifier Identifier, RunId Run), long>> IntervalRevisionsAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.LiveIntervals.AsNoTracking()
            .Select(i => new { i.Identifier, i.RunId, i.Revision })
            .ToDictionaryAsync(i => (i.Identifier, i.RunId), i => i.Revision, cancellation);
    }

    /// <summary>How far each station is scored, and how its champion does.</summary>
    public async Task<IReadOnlyDictionary<Identifier, LiveStationRow>> StationsAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.LiveStations.AsNoTracking().ToDictionaryAsync(s => s.Identifier, cancellation);
    }

    /// <summary>The stations whose champion does worst: by its error beside EWMA's, and by how far its coverage is off.</summary>
    /// <param name="most">Of each.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<(IReadOnlyList<LiveStationRow> ByRatio, IReadOnlyList<LiveStationRow> ByCoverage)> WorstAsync(
        int most, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var stations = db.LiveStations.AsNoTracking();
        return (
            await stations.Where(s => s.Ratio != null).OrderByDescending(s => s.Ratio).ThenBy(s => s.Identifier)
                .Take(most).ToListAsync(cancellation),
            await stations.Where(s => s.Coverage != null).OrderByDescending(s => Math.Abs(s.Coverage!.Value - 0.8))
                .ThenBy(s => s.Identifier).Take(most).ToListAsync(cancellation));
    }
}
