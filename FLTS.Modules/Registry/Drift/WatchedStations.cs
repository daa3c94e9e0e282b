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
    /// <summary>
    /// Newest rows by which deliveries are told: more of them while these are of fewer deliveries than are enough. A delivery may be one
    /// row or thousands, and a log has millions.
    /// </summary>
    private static readonly (int Rows, int Enough)[] _looks = [(300, 60), (2_400, 60), (19_200, 12), (153_600, 0)];

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
        var changes = await db.MeasurementLogs.Where(l => l.Dataset == dataset).Select(l => l.Changes).FirstOrDefaultAsync(cancellation);
        IReadOnlyList<(DateTime Newest, DateTime Known)> deliveries = [];
        foreach (var (rows, enough) in _looks)
        {
            var newest = await db.Measurements
                .Where(m => m.Dataset == dataset && m.Revision == 1)
                .OrderByDescending(m => m.Ts)
                .Take(rows)
                .GroupBy(m => m.KnownAt)
                .Select(g => new { Known = g.Key, Ts = g.Max(m => m.Ts), Rows = g.Count() })
                .ToListAsync(cancellation);
            deliveries = [.. newest.OrderBy(d => d.Known).Select(d => (MeasurementLog.Time(d.Ts), d.Known.UtcDateTime))];

            // A log has no more deliveries than changes: behind few rows and one large delivery nothing is looked for.
            if (newest.Count >= enough || (changes > 0 && newest.Count >= changes) || newest.Sum(d => d.Rows) < rows)
                break;
        }

        return deliveries;
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
