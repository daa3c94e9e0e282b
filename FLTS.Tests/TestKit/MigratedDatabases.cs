using FLTS.Modules.Registry;
using FLTS.Tests.TestKit.Servers;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace FLTS.Tests.TestKit;

/// <summary>
/// Databases as the migrations leave them, made once and copied: to migrate takes a quarter of a second of the processor on SQLite and
/// half a second on PostgreSQL, and most tests are not about it.
/// </summary>
internal static class MigratedDatabases
{
    private const string FileName = "flts.db";

    private static readonly Lazy<Task<byte[]>> _sqlite = new(() => Task.Run(MigrateSqliteAsync));
    private static readonly Lazy<Task<string>> _postgres = new(() => Task.Run(MigratePostgresAsync));

    /// <summary>Puts one into a data folder that has none yet.</summary>
    public static async Task PlaceSqliteAsync(string dataFolder)
    {
        Directory.CreateDirectory(dataFolder);
        await File.WriteAllBytesAsync(Path.Combine(dataFolder, FileName), await _sqlite.Value);
    }

    /// <summary>A database of the caller's own on the shared server, as settings.</summary>
    public static async Task<Dictionary<string, string>> PostgresAsync()
    {
        var server = await TestServers.Postgres();
        return FullSettings.Database(await server.CreateDatabaseAsync(like: await _postgres.Value));
    }

    private static async Task<byte[]> MigrateSqliteAsync()
    {
        await using var registry = await RegistryUnderTest.CreateAsync(Database.Sqlite);
        await registry.Get<RegistryMigrator>().MigrateAsync(default);
        var file = Path.Combine(registry.DataFolder, FileName);
        await registry.ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)");
        SqliteConnection.ClearAllPools();
        return await File.ReadAllBytesAsync(file);
    }

    private static async Task<string> MigratePostgresAsync()
    {
        string connectionString;
        await using (var registry = await RegistryUnderTest.CreateAsync(Database.Postgres))
        {
            await registry.Get<RegistryMigrator>().MigrateAsync(default);
            connectionString = registry.Settings["Database:ConnectionString"]!;
        }

        // A copy is refused while somebody is connected to the original.
        NpgsqlConnection.ClearAllPools();
        return connectionString;
    }
}
