using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace FLTS.Modules.Registry.Steps;

/// <summary>Leases as single UPDATE statements, timed by the database.</summary>
internal sealed class RegistryLeases(IDbContextFactory<RegistryDbContext> registry) : ILeases
{
    private readonly string _process = Guid.NewGuid().ToString("N");

    public async Task<long> DatabaseNowAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await ReadAsync(db, $"SELECT {Now(db)} AS \"Value\"", cancellation);
    }

    public async Task<Lease?> TryAcquireAsync<TRow>(string id, CancellationToken cancellation)
        where TRow : class, ILeased
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var (table, key) = Names(db, typeof(TRow));
        var owner = $"{_process}/{Guid.NewGuid():N}";

        // Whoever finds an expired holder counts a death: it did not give the lease back.
        var taken = await ExecuteAsync(
            db,
            $"""
            UPDATE {table} SET
                lease_token = lease_token + 1,
                deaths = deaths + CASE WHEN lease_owner IS NULL THEN 0 ELSE 1 END,
                lease_owner = @p0,
                lease_heartbeat = {Now(db)}
            WHERE {key} = @p1 AND (lease_owner IS NULL OR lease_heartbeat IS NULL
                OR lease_heartbeat <= {Now(db)} - {(long)LeaseRules.Expiry.TotalMilliseconds})
            """,
            cancellation,
            owner,
            id);
        if (taken == 0)
            return null;

        var token = await ReadAsync(
            db, $"SELECT lease_token AS \"Value\" FROM {table} WHERE {key} = {{0}} AND lease_owner = {{1}}", cancellation, id, owner);
        return token == 0 ? null : new Lease(typeof(TRow), id, token, owner);
    }

    public async Task<bool> HeartbeatAsync(Lease lease, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var (table, key) = Names(db, lease.Row);
        return await ExecuteAsync(
            db,
            $"UPDATE {table} SET lease_heartbeat = {Now(db)} WHERE {key} = @p0 AND lease_token = @p1 AND lease_owner = @p2",
            cancellation,
            lease.Id,
            lease.Token,
            lease.Owner) == 1;
    }

    public async Task ReleaseAsync(Lease lease, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var (table, key) = Names(db, lease.Row);
        await ExecuteAsync(
            db,
            $"UPDATE {table} SET lease_owner = NULL, lease_heartbeat = NULL WHERE {key} = @p0 AND lease_token = @p1 AND lease_owner = @p2",
            cancellation,
            lease.Id,
            lease.Token,
            lease.Owner);
    }

    public async Task RetractDeathAsync(Lease lease, CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var (table, key) = Names(db, lease.Row);
        await ExecuteAsync(
            db,
            $"UPDATE {table} SET deaths = deaths - 1 WHERE {key} = @p0 AND lease_token > @p1 AND deaths > 0",
            cancellation,
            lease.Id,
            lease.Token);
    }

    public async Task<int> VoidAllAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        var freed = 0;
        foreach (var row in db.Model.GetEntityTypes().Select(t => t.ClrType).Where(typeof(ILeased).IsAssignableFrom))
        {
            freed += await ExecuteAsync(
                db,
                $"UPDATE {Names(db, row).Table} SET deaths = deaths + 1, lease_token = lease_token + 1, lease_owner = NULL, "
                + "lease_heartbeat = NULL WHERE lease_owner IS NOT NULL",
                cancellation);
        }

        return freed;
    }

    /// <summary>As the model has them. The lease's own columns are named alike in every table (<see cref="ILeased"/>).</summary>
    private static (string Table, string Key) Names(RegistryDbContext db, Type row)
    {
        var type = db.Model.FindEntityType(row) ?? throw new InvalidOperationException($"{row.Name} is not a table.");
        var table = StoreObjectIdentifier.Table(type.GetTableName()!, type.GetSchema());
        return (table.Name, type.FindPrimaryKey()!.Properties.Single().GetColumnName(table)!);
    }

    private static string Now(RegistryDbContext db) => db is SqliteRegistryDbContext
        ? "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
        : "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";

    // Table and column names come from the model; everything else is a parameter.
    private static async Task<long> ReadAsync(
        RegistryDbContext db, string sql, CancellationToken cancellation, params object[] parameters) =>
        (await db.Database.SqlQueryRaw<long>(sql, parameters).ToListAsync(cancellation)).SingleOrDefault();

    private static Task<int> ExecuteAsync(RegistryDbContext db, string sql, CancellationToken cancellation, params object[] parameters)
    {
        for (var i = 0; i < parameters.Length; i++)
            sql = sql.Replace($"@p{i}", $"{{{i}}}", StringComparison.Ordinal);

        return db.Database.ExecuteSqlRawAsync(sql, parameters, cancellation);
    }
}
