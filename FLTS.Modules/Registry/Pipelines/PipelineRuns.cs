using FLTS.Modules.Registry.Runs;
using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Pipelines;

/// <summary>
/// Puts runs into a pipeline in the place of others: the only place that does. An ENSEMBLE is of the runs beside it (ADR 19): where one of
/// those changes, so does it. Part of the caller's transaction.
/// </summary>
internal sealed class PipelineRuns(RunGenerations generations, TimeProvider time)
{
    /// <summary>Each takes the place of the one that the pipeline has for its type.</summary>
    /// <returns>The runs that the pipeline has now.</returns>
    public async Task<IReadOnlyList<RunRow>> PutAsync(
        RegistryDbContext db, PipelineId pipelineId, IReadOnlyList<RunRow> put, CancellationToken cancellation)
    {
        foreach (var run in put)
            await PipelineTransitions.PutRunAsync(db, pipelineId, run, cancellation);

        var runs = await OfAsync(db, pipelineId, cancellation);
        if (runs.SingleOrDefault(r => ForecasterCatalog.IsEnsemble(r.ModelType)) is not { } old || put.Any(r => r.RunId == old.RunId))
            return runs;

        var members = runs.Where(r => r.RunId != old.RunId).ToList();
        var next = await generations.EnsembleAsync(db, old, members, put[0].Cause, time.GetUtcNow(), cancellation);
        if (next.RunId == old.RunId)
            return runs;

        await PipelineTransitions.PutRunAsync(db, pipelineId, next, cancellation);
        var reason = $"cancelled: its members are others now ({string.Join(", ", put.Select(r => $"{r.ModelType} run {r.RunId}"))})";
        await RunOutcomes.CancelAsync(RunOutcomes.Unneeded(db, old.RunId), reason, time.GetUtcNow(), cancellation);
        return [.. members.Append(next)];
    }

    private static async Task<List<RunRow>> OfAsync(RegistryDbContext db, PipelineId pipelineId, CancellationToken cancellation) =>
        await db.Runs.AsNoTracking()
            .Where(r => db.PipelineRuns.Any(p => p.PipelineId == pipelineId && p.RunId == r.RunId))
            .ToListAsync(cancellation);
}
