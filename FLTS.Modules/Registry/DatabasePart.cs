using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry;

/// <summary>The registry's database: migrated, answering.</summary>
internal sealed class DatabasePart(
    RegistryMigrator migrator, ILeases leases, IDbContextFactory<RegistryDbContext> registry, RegistryOptions options) : IPart
{
    private bool _voided;

    public string Name => "database";

    public async Task ProveAsync(CancellationToken cancellation)
    {
        await migrator.MigrateAsync(cancellation);

        // A SQLite file belongs to one process, which has just started: whoever holds a lease in it is dead.
        if (!options.IsPostgres && !_voided)
            await leases.VoidAllAsync(cancellation);

        _voided = true;
    }

    public async Task CheckAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        await db.Database.ExecuteSqlRawAsync("SELECT 1", cancellation);
    }
}
