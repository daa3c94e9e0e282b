using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>Which rows of the ledger are asked for: the one place that says what is in force.</summary>
internal static class ChampionQueries
{
    /// <summary>The champion in force of every identifier: the line with its highest version.</summary>
    public static IQueryable<ChampionRow> ChampionsInForce(this RegistryDbContext db) => db.Champions.AsNoTracking()
        .Where(c => c.Version == db.Champions.Where(o => o.Identifier == c.Identifier).Max(o => o.Version));

    /// <summary>The lines of an identifier, by version.</summary>
    public static Task<List<LedgerLine>> LedgerLinesAsync(
        this RegistryDbContext db, Identifier identifier, CancellationToken cancellation) =>
        db.Champions.AsNoTracking()
            .Where(c => c.Identifier == identifier)
            .OrderBy(c => c.Version)
            .Join(db.PromotionAttempts, c => c.AttemptId, a => a.AttemptId, (c, a) =>
                new LedgerLine(
                    c.Version, c.RunId, a.Trigger == AttemptTrigger.Rollback || a.Trigger == AttemptTrigger.Live))
            .ToListAsync(cancellation);
}
