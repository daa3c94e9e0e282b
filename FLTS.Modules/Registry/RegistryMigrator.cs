using FLTS.Modules.Registry.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace FLTS.Modules.Registry;

/// <summary>
/// Brings the database to the current schema. Safe to call from many processes at once (PostgreSQL) and after a kill in its middle.
/// </summary>
/// <param name="registry">Contexts.</param>
/// <param name="current">Settings of now; none for SQLite.</param>
internal sealed class RegistryMigrator(IDbContextFactory<RegistryDbContext> registry, CurrentConnection? current = null)
{
    /// <summary>Any number that nothing else on this database uses.</summary>
    private const long PostgresLock = 7_031_984_412;

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
        else
        {
            // EF's own lock ends with the transaction of each migration: between two of them another process would slip in and apply
            // what this one is about to. This one is the connection's, so a process that is killed leaves none behind.
            // Opened by itself: what EF makes of a server that is away does not say which one.
            var connection = db.Database.GetDbConnection();
            current?.Apply(connection);
            var address = connection.ConnectionString;
            try
            {
                await connection.OpenAsync(cancellation);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
            {
                await CreateAsync(new NpgsqlConnectionStringBuilder(address), cancellation);
                await connection.OpenAsync(cancellation);
            }

            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({PostgresLock})", cancellation);

            // On an empty database EF asks a table that is not there for what was applied, and logs that as an error.
            await db.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancellation);
        }

        try
        {
            FaultPoint.Reach("migration.before");
            await db.Database.MigrateAsync(cancellation);
            FaultPoint.Reach("migration.after");
        }
        finally
        {
            // Closing gives the lock back too; it is said so that a pool that does not reset connections cannot keep it.
            if (db is PostgresRegistryDbContext)
            {
                await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({PostgresLock})", CancellationToken.None);
                await db.Database.GetDbConnection().CloseAsync();
            }
        }
    }

    /// <summary>From the server's own database: EF's creator would open the one of the settings, which is not there.</summary>
    private static async Task CreateAsync(NpgsqlConnectionStringBuilder wanted, CancellationToken cancellation)
    {
        var name = wanted.Database!;
        await using var server = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(wanted.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await server.OpenAsync(cancellation);
        await using var create = server.CreateCommand();
        create.CommandText = $"CREATE DATABASE \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        try
        {
            await create.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another process was faster.
        }
    }

    /// <summary>True when the database answers and has the current schema.</summary>
    public async Task<bool> IsCurrentAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return !(await db.Database.GetPendingMigrationsAsync(cancellation)).Any();
    }
}
