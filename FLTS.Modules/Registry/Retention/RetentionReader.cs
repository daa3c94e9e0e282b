using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Retention;

/// <summary>Reads <see cref="RetentionState"/>.</summary>
internal sealed class RetentionReader(IDbContextFactory<RegistryDbContext> registry)
{
    public async Task<RetentionState> ReadAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);

        // Marks first: what is put to use while the rest is read has lost its mark by then, and cannot be taken for one that was read.
        var marks = await db.RetentionMarks.AsNoTracking().ToListAsync(cancellation);
        var turn = await db.RetentionTurns.AsNoTracking().SingleOrDefaultAsync(cancellation);
        var pipelines = db.Pipelines.Unfinished();
        var workedOn = await db.PipelineRuns
            .Where(r => pipelines.Any(p => p.PipelineId == r.PipelineId))
            .Select(r => r.RunId)
            .Union(db.Backtests.Unfinished().Select(b => b.RunId))
            .Union(db.Shadows.Select(s => s.RunId))
            .Union(db.LiveModels.Where(m => m.UntilTs == null).Select(m => m.RunId))
            .ToListAsync(cancellation);
        return new RetentionState
        {
            Runs = await RunsAsync(db, cancellation),
            Data = await DataAsync(db, cancellation),
            Sources = await db.Sources.AsNoTracking().Where(s => s.PrunedAt == null).ToListAsync(cancellation),
            Ledger = await db.Champions
                .Join(db.PromotionAttempts, c => c.AttemptId, a => a.AttemptId, (c, a) =>
                    new RetainedChampion(c.Identifier, c.Version, c.RunId, AttemptTriggers.Rollbacks.Contains(a.Trigger)))
                .ToListAsync(cancellation),
            Members = await db.RunMembers.AsNoTracking().ToListAsync(cancellation),
            WorkedOn = workedOn.ToHashSet(),
            WorkedOnData = (await pipelines.Select(p => p.ConfigHash).ToListAsync(cancellation)).ToHashSet(),
            Marks = marks,
            EpochsThinnedTo = turn?.EpochsThinnedTo,
        };
    }

    /// <summary>SHA-256 of the source files that a preprocess config names.</summary>
    public static IReadOnlyList<string> SourcesOf(string config) =>
        [.. (JsonNode.Parse(config)?["sources"]?.AsObject() ?? []).Select(s => s.Value?.GetValue<string>()).OfType<string>()];

    private static async Task<List<RetainedRun>> RunsAsync(RegistryDbContext db, CancellationToken cancellation)
    {
        var bytes = await db.RunArtifacts
            .GroupBy(a => a.RunId)
            .Select(g => new { g.Key, Bytes = g.Sum(a => a.Size) })
            .ToDictionaryAsync(g => g.Key, g => g.Bytes, cancellation);
        var rows = await db.Runs
            .Where(r => r.Status != RunStatus.Pruned)
            .Select(r => new { r.RunId, r.ConfigHash, r.Identifier, r.ModelType, r.Status, r.EndedAt, r.TestMetrics, r.Epoch })
            .ToListAsync(cancellation);
        return rows.ConvertAll(r => new RetainedRun(
            r.RunId,
            r.ConfigHash,
            r.Identifier,
            r.ModelType,
            r.Status,
            r.EndedAt,
            r.TestMetrics is null ? null : JsonNode.Parse(r.TestMetrics)?["test_skill"]?.GetValue<double>(),
            bytes.GetValueOrDefault(r.RunId),
            r.Epoch ?? 0));
    }

    private static async Task<List<RetainedData>> DataAsync(RegistryDbContext db, CancellationToken cancellation)
    {
        var rows = await db.Datasets
            .Where(d => d.Status != DatasetStatus.Failed)
            .Select(d => new { d.ConfigHash, d.Identifier, d.Status, d.EndedAt, d.CreatedAt, d.Config })
            .ToListAsync(cancellation);
        return rows.ConvertAll(
            d => new RetainedData(d.ConfigHash, d.Identifier, d.Status, d.EndedAt ?? d.CreatedAt, SourcesOf(d.Config)));
    }
}
