using FLTS.Modules.Contracts;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry;

/// <summary>Brings the database to the current schema. Safe to call from many processes at once (PostgreSQL) and after a kill in its middle.</summary>
internal sealed class RegistryMigrator(IDbContextFactory<RegistryDbContext> registry)
{
    public async Task MigrateAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        if (db is SqliteRegistryDbContext)
        {
            if (Path.GetDirectoryName(db.Database.GetDbConnection().DataSource) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);

            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = 'wal'", cancellation);

            // EF marks a running migration with a row that a killed process leaves behind. The lock on the data folder
            // proves that nobody else migrates this file, so a row that is there is left over.
            await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellation);
        }

        FaultPoint.Reach("migration.before");
        await db.Database.MigrateAsync(cancellation);
        FaultPoint.Reach("migration.after");
    }

    /// <summary>True when the database answers and has the current schema.</summary>
    public async Task<bool> IsCurrentAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return !(await db.Database.GetPendingMigrationsAsync(cancellation)).Any();
    }
}
