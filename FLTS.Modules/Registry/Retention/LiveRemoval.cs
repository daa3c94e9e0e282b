using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Retention;

/// <summary>Forgets what was scored live. Part of the caller's transaction.</summary>
internal static class LiveRemoval
{
    /// <param name="db">The transaction.</param>
    /// <param name="identifier">Whose; null: all.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task RemoveAsync(RegistryDbContext db, Identifier? identifier, CancellationToken cancellation)
    {
        await db.LiveErrors.Where(e => identifier == null || e.Identifier == identifier).ExecuteDeleteAsync(cancellation);
        await db.LiveBlocks.Where(b => identifier == null || b.Identifier == identifier).ExecuteDeleteAsync(cancellation);
        await db.LiveForecasts.Where(f => identifier == null || f.Identifier == identifier).ExecuteDeleteAsync(cancellation);
        await db.LiveIntervals.Where(i => identifier == null || i.Identifier == identifier).ExecuteDeleteAsync(cancellation);
        await db.LiveModels.Where(m => identifier == null || m.Identifier == identifier).ExecuteDeleteAsync(cancellation);
        await db.LiveStations.Where(s => identifier == null || s.Identifier == identifier).ExecuteDeleteAsync(cancellation);
    }
}
