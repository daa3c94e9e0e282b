using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Retention;

/// <summary>
/// How something goes from unused to pruned, as far as rows tell: marked, taken, finished. What is taken is finished, by whoever comes
/// after a kill.
/// </summary>
internal sealed class Prunings(IDbContextFactory<RegistryDbContext> registry, TimeProvider time)
{
    /// <summary>Rows that one statement or transaction is about: others write in between.</summary>
    private const int Chunk = 200;

    /// <summary>The mark of something that is being removed from now on.</summary>
    public static RetentionMarkRow Taken(RetentionKind kind, string id, DateTimeOffset now) =>
        new() { Kind = kind, Id = id, Since = now, TakenAt = now };

    /// <summary>Whether the rows are to be looked at now.</summary>
    public async Task<bool> IsDueAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        return await db.RetentionTurns.AnyAsync(t => t.NextAttemptAt == null || t.NextAttemptAt <= now, cancellation)
            || await db.RetentionMarks.AnyAsync(m => m.TakenAt != null, cancellation);
    }

    /// <summary>The rows were looked at: when they are again.</summary>
    public async Task LookedAsync(DateTimeOffset next, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.RetentionTurns.ExecuteUpdateAsync(set => set.SetProperty(t => t.NextAttemptAt, next), cancellation);
    }

    /// <summary>Marks what fell out of use; what is marked already keeps its time.</summary>
    public async Task MarkAsync(IEnumerable<(RetentionKind Kind, string Id)> things, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        foreach (var some in things.Chunk(Chunk))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            foreach (var (kind, id) in some)
                await db.InsertIfAbsentAsync(new RetentionMarkRow { Kind = kind, Id = id, Since = now }, cancellation);
            await transaction.CommitAsync(cancellation);
            FaultPoint.Reach("retention.marked");
        }
    }

    /// <summary>What is in use again is marked no more.</summary>
    public Task UnmarkAsync(IEnumerable<(RetentionKind Kind, string Id)> things, CancellationToken cancellation) => EachAsync(
        things, (marks, _) => marks.Where(m => m.TakenAt == null).ExecuteDeleteAsync(cancellation), cancellation);

    /// <summary>Nothing is marked any more, but for what is being removed.</summary>
    public async Task UnmarkAllAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.RetentionMarks.Where(m => m.TakenAt == null).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>
    /// Takes what has been out of use for the whole grace; whatever was put to use since it was read has no mark any more, and stays.
    /// </summary>
    public Task TakeAsync(IEnumerable<(RetentionKind Kind, string Id)> things, TimeSpan grace, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var before = now - grace;
        return EachAsync(
            things,
            async (marks, _) =>
            {
                await marks.Where(m => m.TakenAt == null && m.Since <= before)
                    .ExecuteUpdateAsync(set => set.SetProperty(m => m.TakenAt, now), cancellation);
                FaultPoint.Reach("retention.taken");
            },
            cancellation);
    }

    /// <summary>Some of what is taken; empty: everything is finished.</summary>
    public async Task<IReadOnlyList<RetentionMarkRow>> TakenAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.RetentionMarks.AsNoTracking()
            .Where(m => m.TakenAt != null)
            .OrderBy(m => m.Kind)
            .ThenBy(m => m.Id)
            .Take(Chunk)
            .ToListAsync(cancellation);
    }

    /// <summary>Everything of these is removed from the store: the rows say so.</summary>
    public async Task FinishAsync(IReadOnlyCollection<RetentionMarkRow> removed, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        foreach (var kind in removed.GroupBy(m => m.Kind, m => m.Id))
        {
            List<string> ids = [.. kind];
            await SayAsync(db, kind.Key, ids, cancellation);
            await db.RetentionMarks.Where(m => m.Kind == kind.Key && ids.Contains(m.Id)).ExecuteDeleteAsync(cancellation);
        }

        FaultPoint.Reach("retention.before-commit");
        await transaction.CommitAsync(cancellation);
        FaultPoint.Reach("retention.after-commit");
    }

    private async Task SayAsync(RegistryDbContext db, RetentionKind kind, List<string> ids, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        switch (kind)
        {
            case RetentionKind.Run:
                var runs = ids.ConvertAll(RunId.From);
                await db.Runs.Where(r => runs.Contains(r.RunId)).ExecuteUpdateAsync(
                    set => set
                        .SetProperty(r => r.Status, RunStatus.Pruned)
                        .SetProperty(r => r.ManifestSha256, (string?)null)
                        .SetProperty(r => r.PrunedAt, now),
                    cancellation);
                await db.RunArtifacts.Where(a => runs.Contains(a.RunId)).ExecuteDeleteAsync(cancellation);
                break;
            case RetentionKind.Data:
                var hashes = ids.ConvertAll(ConfigHash.From);
                await db.Datasets.Where(d => hashes.Contains(d.ConfigHash)).ExecuteUpdateAsync(
                    set => set
                        .SetProperty(d => d.Status, DatasetStatus.Failed)
                        .SetProperty(d => d.Error, "its files were pruned; whoever asks for its pipeline again has it prepared again")
                        .SetProperty(d => d.PrunedAt, now),
                    cancellation);
                break;
            case RetentionKind.Source:
                // What was made of a file and the log can be made again, as if it had never been.
                await db.Sources.Where(s => ids.Contains(s.Sha256) && s.MadeOf != null).ExecuteDeleteAsync(cancellation);
                await db.Sources
                    .Where(s => ids.Contains(s.Sha256))
                    .ExecuteUpdateAsync(set => set.SetProperty(s => s.PrunedAt, now), cancellation);
                break;
        }
    }

    private async Task EachAsync(
        IEnumerable<(RetentionKind Kind, string Id)> things,
        Func<IQueryable<RetentionMarkRow>, RetentionKind, Task> change,
        CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        foreach (var kind in things.GroupBy(t => t.Kind, t => t.Id))
        {
            foreach (var ids in kind.Chunk(Chunk))
                await change(db.RetentionMarks.Where(m => m.Kind == kind.Key && ids.Contains(m.Id)), kind.Key);
        }
    }
}
