using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Measurements;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Drift;

/// <summary>A station whose champion is watched.</summary>
/// <param name="Identifier">Its name.</param>
/// <param name="Dataset">Where its rows come from.</param>
/// <param name="Champion">The run in force.</param>
/// <param name="ConfigHash">Of its data.</param>
/// <param name="Other">The run that a rollback would put in force; null: there is none.</param>
/// <param name="TrainRows">Of its data.</param>
internal sealed record WatchedStation(
    Identifier Identifier, DatasetName Dataset, RunId Champion, ConfigHash ConfigHash, RunId? Other, long TrainRows);

/// <summary>Reads what a look at a station starts from.</summary>
internal sealed class WatchedStations(IDbContextFactory<RegistryDbContext> registry)
{
    /// <summary>Newest rows by which deliveries are told.</summary>
    private const int NewestRows = 300;

    /// <summary>The station; null: it has no champion.</summary>
    public async Task<WatchedStation?> FindAsync(Identifier identifier, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var lines = await db.LedgerLinesAsync(identifier, cancellation);
        if (lines.Count == 0)
            return null;

        var champion = lines[^1].RunId;
        var data = await db.Runs.Where(r => r.RunId == champion)
            .Join(db.Datasets, r => r.ConfigHash, d => d.ConfigHash, (_, d) => new { d.ConfigHash, d.SourceName, d.TrainRows })
            .SingleAsync(cancellation);
        return new WatchedStation(
            identifier,
            data.SourceName,
            champion,
            data.ConfigHash,
            LedgerHistory.RollbackTarget(lines)?.RunId,
            data.TrainRows ?? 0);
    }

    /// <summary>The newest row of each of the newest deliveries of a dataset, with its arrival, in that order.</summary>
    public async Task<IReadOnlyList<(DateTime Newest, DateTime Known)>> DeliveriesAsync(
        DatasetName dataset, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var rows = await db.Measurements
            .Where(m => m.Dataset == dataset && m.Revision == 1)
            .OrderByDescending(m => m.Ts)
            .Take(NewestRows)
            .Select(m => new { m.Ts, m.KnownAt })
            .ToListAsync(cancellation);
        return
        [
            .. rows.GroupBy(m => m.KnownAt, m => m.Ts)
                .OrderBy(g => g.Key)
                .Select(g => (MeasurementLog.Time(g.Max()), g.Key.UtcDateTime)),
        ];
    }

    /// <summary>Rows that came since the newest pipeline of a station was started, among the newest ones.</summary>
    /// <param name="station">Whose.</param>
    /// <param name="most">Rows that are looked at.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<int> NewRowsAsync(WatchedStation station, int most, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var since = await db.Pipelines
            .Where(p => p.Identifier == station.Identifier)
            .MaxAsync(p => (DateTimeOffset?)p.CreatedAt, cancellation);
        return await db.Measurements
            .Where(m => m.Dataset == station.Dataset && m.Revision == 1)
            .OrderByDescending(m => m.Ts)
            .Take(most)
            .CountAsync(m => since == null || m.KnownAt > since, cancellation);
    }

    /// <summary>Of the newest pipeline of a station.</summary>
    public async Task<long> NewestSequenceAsync(Identifier identifier, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Pipelines.Where(p => p.Identifier == identifier).MaxAsync(p => (long?)p.Sequence, cancellation) ?? 0;
    }
}
