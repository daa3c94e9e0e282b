using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Schema;

/// <summary>Which champion counts: the one place that says what is in force.</summary>
internal static class ChampionRules
{
    /// <summary>The champion in force of every identifier: the line with its highest version.</summary>
    public static IQueryable<ChampionRow> ChampionsInForce(this RegistryDbContext db) => db.Champions.AsNoTracking()
        .Where(c => c.Version == db.Champions.Where(o => o.Identifier == c.Identifier).Max(o => o.Version));
}
