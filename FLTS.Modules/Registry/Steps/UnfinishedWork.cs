using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Steps;

/// <summary>Everything that has not ended, read in one look: what the due rules of the steps decide from.</summary>
/// <param name="Pipelines">Unfinished pipelines with their data and runs.</param>
/// <param name="OwnRows">Rows of steps that follow from no pipeline.</param>
internal sealed record UnfinishedWork(IReadOnlyList<PipelineState> Pipelines, IReadOnlyList<ILeased> OwnRows)
{
    /// <summary>Own rows of a step.</summary>
    public IEnumerable<TRow> RowsOf<TRow>()
        where TRow : class, ILeased => OwnRows.OfType<TRow>();
}

/// <summary>Reads <see cref="UnfinishedWork"/>.</summary>
internal sealed class UnfinishedWorkReader(IDbContextFactory<RegistryDbContext> registry, PipelineStates pipelines, IEnumerable<Step> steps)
{
    public async Task<UnfinishedWork> ReadAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var own = new List<ILeased>();
        foreach (var step in steps)
            own.AddRange(await step.OwnRowsAsync(db, cancellation));

        return new UnfinishedWork(await pipelines.UnfinishedAsync(cancellation), own);
    }
}
