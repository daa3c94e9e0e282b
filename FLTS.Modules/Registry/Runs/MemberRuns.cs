using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Runs;

/// <summary>The runs that an ENSEMBLE is made of, for whoever makes it.</summary>
internal sealed class MemberRuns(IDbContextFactory<RegistryDbContext> registry)
{
    /// <summary>In the order of their types.</summary>
    public async Task<IReadOnlyList<RunRow>> OfAsync(RunRow ensemble, CancellationToken cancellation)
    {
        var named = EnsembleParams.MembersOf(ensemble);
        var types = named.Select(m => m.ModelType).ToList();
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var runs = await db.Runs.AsNoTracking()
            .Where(r => r.ConfigHash == ensemble.ConfigHash && types.Contains(r.ModelType))
            .ToListAsync(cancellation);
        return [.. runs
            .Where(r => named.Contains((r.ModelType, r.ParamsHash, r.Generation)))
            .OrderBy(r => ForecasterCatalog.Order(r.ModelType))];
    }

    /// <summary>What a member stored is not what it stored: it is never used again, and made again where a pipeline wants that.</summary>
    public async Task InvalidateAsync(RunRow member, string reason, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await RunOutcomes.InvalidateAsync(db, member, reason, cancellation);
    }
}
