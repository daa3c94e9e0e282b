using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Retention;

/// <summary>Every run, promotion and artifact of one identifier, or of all, is removed (ADR 22). Sources stay.</summary>
internal sealed class RegistryReset(
    IDbContextFactory<RegistryDbContext> registry, ObjectRemoval removal, ILeases leases, TimeProvider time) : IReset
{
    private const int Chunk = 200;

    public async Task<IReadOnlyDictionary<string, int>> CountAsync(Identifier? identifier, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var of = new Rows(db, identifier);
        return new Dictionary<string, int>
        {
            ["pipelines"] = await of.Pipelines.CountAsync(cancellation),
            ["runs"] = await of.Runs.CountAsync(cancellation),
            ["processed datasets"] = await of.Data.CountAsync(cancellation),
            ["promotion attempts"] = await of.Attempts.CountAsync(cancellation),
            ["champion versions"] = await of.Champions.CountAsync(cancellation),
            ["backtests"] = await of.Backtests.CountAsync(cancellation),
        };
    }

    /// <summary>
    /// Rows in one transaction, which leaves behind what is to be removed from the store: a kill after it is gone on with by the next
    /// reset or the next server.
    /// </summary>
    public async Task<IReadOnlyList<RunId>> RemoveAsync(Identifier? identifier, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var of = new Rows(db, identifier);
        await RefuseWorkedOnAsync(of, cancellation);
        var runs = await of.Runs.Select(r => r.RunId).ToListAsync(cancellation);
        await MarkAsync(db, of, runs, cancellation);

        // Sequences first: from then on the database lets the ledgers go (ADR 10). Then whatever names another before that.
        await of.Sequences.ExecuteDeleteAsync(cancellation);
        await of.Champions.ExecuteDeleteAsync(cancellation);
        await LiveRemoval.RemoveAsync(db, identifier, cancellation);
        await of.DriftEvents.ExecuteDeleteAsync(cancellation);
        await of.Baselines.ExecuteDeleteAsync(cancellation);
        await of.Attempts.ExecuteDeleteAsync(cancellation);
        await of.Scoreboards.ExecuteDeleteAsync(cancellation);
        await of.Backtests.ExecuteDeleteAsync(cancellation);
        await db.Shadows.Where(s => identifier == null || s.Identifier == identifier).ExecuteDeleteAsync(cancellation);
        await of.Pipelines.ExecuteDeleteAsync(cancellation);
        await db.RunMembers.Where(m => of.Runs.Any(r => r.RunId == m.RunId)).ExecuteDeleteAsync(cancellation);
        await of.Runs.ExecuteDeleteAsync(cancellation);
        await of.Data.ExecuteDeleteAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        FaultPoint.Reach("reset.rows-removed");
        await removal.FinishAsync(CancellationToken.None); // They are gone, whoever still waits.
        return runs;
    }

    /// <summary>Where processes share a database nothing but their leases tells of them.</summary>
    private async Task RefuseWorkedOnAsync(Rows of, CancellationToken cancellation)
    {
        var now = await leases.DatabaseNowAsync(cancellation);
        ILeased[] held =
        [
            .. await of.Runs.AsNoTracking().Where(r => r.LeaseOwner != null).ToListAsync(cancellation),
            .. await of.Data.AsNoTracking().Where(d => d.LeaseOwner != null).ToListAsync(cancellation),
            .. await of.Pipelines.AsNoTracking().Where(p => p.LeaseOwner != null).ToListAsync(cancellation),
            .. await of.Backtests.AsNoTracking().Where(b => b.LeaseOwner != null).ToListAsync(cancellation),
            .. await of.Baselines.AsNoTracking().Where(b => b.LeaseOwner != null).ToListAsync(cancellation),
            .. await of.LiveStations.AsNoTracking().Where(s => s.LeaseOwner != null).ToListAsync(cancellation),
        ];
        if (held.Any(h => LeaseRules.IsHeld(h, now)))
            throw new ConflictException("A server is at work on this data: stop it first, then nothing is begun again after the reset.");
    }

    /// <summary>What the store has of them is to be removed, whatever happens after this.</summary>
    private async Task MarkAsync(RegistryDbContext db, Rows of, IReadOnlyList<RunId> runs, CancellationToken cancellation)
    {
        var hashes = await of.Data.Select(d => d.ConfigHash).ToListAsync(cancellation);
        var identifiers = await of.Data.Select(d => d.Identifier).Distinct().ToListAsync(cancellation);
        var things = runs.Select(r => (Kind: RetentionKind.Run, Id: r.Value))
            .Concat(hashes.Select(h => (Kind: RetentionKind.Data, Id: h.Value)))
            .Concat(identifiers.Select(i => (Kind: RetentionKind.Identifier, Id: i.Value)))
            .ToList();
        foreach (var kind in things.GroupBy(t => t.Kind, t => t.Id))
        {
            foreach (var ids in kind.Chunk(Chunk))
                await db.RetentionMarks.Where(m => m.Kind == kind.Key && ids.Contains(m.Id)).ExecuteDeleteAsync(cancellation);
        }

        var now = time.GetUtcNow();
        db.RetentionMarks.AddRange(things.Select(t => Prunings.Taken(t.Kind, t.Id, now)));
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>The rows of one identifier, or of all.</summary>
    private sealed class Rows(RegistryDbContext db, Identifier? identifier)
    {
        public IQueryable<PipelineRow> Pipelines => db.Pipelines.Where(p => identifier == null || p.Identifier == identifier);

        public IQueryable<RunRow> Runs => db.Runs.Where(r => identifier == null || r.Identifier == identifier);

        public IQueryable<DatasetRow> Data => db.Datasets.Where(d => identifier == null || d.Identifier == identifier);

        public IQueryable<PromotionAttemptRow> Attempts =>
            db.PromotionAttempts.Where(a => identifier == null || a.Identifier == identifier);

        public IQueryable<ChampionRow> Champions => db.Champions.Where(c => identifier == null || c.Identifier == identifier);

        public IQueryable<ScoreboardRow> Scoreboards => db.Scoreboards.Where(s => identifier == null || s.Identifier == identifier);

        public IQueryable<BacktestRow> Backtests => db.Backtests.Where(b => identifier == null || b.Identifier == identifier);

        public IQueryable<DriftEventRow> DriftEvents => db.DriftEvents.Where(e => identifier == null || e.Identifier == identifier);

        public IQueryable<LiveBaselineRow> Baselines => db.LiveBaselines.Where(b => identifier == null || b.Identifier == identifier);

        public IQueryable<LiveStationRow> LiveStations => db.LiveStations.Where(s => identifier == null || s.Identifier == identifier);

        public IQueryable<SequenceRow> Sequences => db.Sequences.Where(s => identifier == null || s.Identifier == identifier);
    }
}
