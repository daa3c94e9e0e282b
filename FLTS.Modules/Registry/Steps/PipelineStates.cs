using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Steps;

/// <summary>Reads pipelines with their data and runs.</summary>
internal sealed class PipelineStates(IDbContextFactory<RegistryDbContext> registry)
{
    /// <summary>All pipelines that have not ended.</summary>
    public async Task<List<PipelineState>> UnfinishedAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var pipelines = await db.Pipelines.Unfinished().Include(p => p.Runs).AsNoTracking().ToListAsync(cancellation);
        return await OfAsync(db, pipelines, cancellation);
    }

    /// <summary>The pipelines that wait for a run.</summary>
    public async Task<List<PipelineRow>> WaitingForAsync(RunId runId, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.Pipelines.AsNoTracking().Unfinished().Where(p => p.Runs.Any(r => r.RunId == runId)).ToListAsync(cancellation);
    }

    /// <summary>Datasets and runs of pipelines, in two queries.</summary>
    public static async Task<List<PipelineState>> OfAsync(
        RegistryDbContext db, IReadOnlyCollection<PipelineRow> pipelines, CancellationToken cancellation)
    {
        var hashes = pipelines.Select(p => p.ConfigHash).Distinct().ToList();
        var runIds = pipelines.SelectMany(p => p.Runs).Select(r => r.RunId).Distinct().ToList();
        var datasets = await db.Datasets.AsNoTracking()
            .Where(d => hashes.Contains(d.ConfigHash))
            .ToDictionaryAsync(d => d.ConfigHash, cancellation);
        var runs = await db.Runs.AsNoTracking().Where(r => runIds.Contains(r.RunId)).ToDictionaryAsync(r => r.RunId, cancellation);
        return [.. pipelines.Select(p => new PipelineState(p, datasets[p.ConfigHash], RunsOf(p)))];

        IReadOnlyList<RunRow> RunsOf(PipelineRow pipeline) =>
            [.. pipeline.Runs.OrderBy(r => r.ModelType, StringComparer.Ordinal).Select(r => runs[r.RunId])];
    }
}
