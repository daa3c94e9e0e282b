using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>Which rows of the ledger are asked for; what is in force says <see cref="ChampionRules"/>.</summary>
internal static class ChampionQueries
{
    /// <summary>The lines of an identifier, by version.</summary>
    public static Task<List<LedgerLine>> LedgerLinesAsync(
        this RegistryDbContext db, Identifier identifier, CancellationToken cancellation) =>
        db.Champions.AsNoTracking()
            .Where(c => c.Identifier == identifier)
            .OrderBy(c => c.Version)
            .Join(db.PromotionAttempts, c => c.AttemptId, a => a.AttemptId, (c, a) =>
                new LedgerLine(
                    c.Version, c.RunId, AttemptTriggers.Rollbacks.Contains(a.Trigger)))
            .ToListAsync(cancellation);
}
