using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Storage;
using FLTS.Tests.TestKit;
using FLTS.Tests.TestKit.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FLTS.Tests.Registry;

/// <summary>Databases the registry runs on.</summary>
public enum Database
{
    Sqlite,
    Postgres,
}

/// <summary>Registry and storage wired as the host wires them, on a database and folder of their own.</summary>
internal sealed class TestRegistry : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private TestRegistry()
    {
    }

    public ServiceProvider Services { get; private set; } = null!;

    public string DataFolder => _folder["data"];

    public string ObjectFolder => Path.Combine(DataFolder, "objects");

    public string SourceFolder => _folder["sources"];

    public IDbContextFactory<RegistryDbContext> Contexts => Get<IDbContextFactory<RegistryDbContext>>();

    /// <summary>A database that is still empty.</summary>
    public static async Task<TestRegistry> EmptyAsync(Database database, Action<IServiceCollection>? more = null)
    {
        var registry = new TestRegistry();
        Directory.CreateDirectory(registry.SourceFolder);
        var connection = database == Database.Postgres ? await (await TestServers.Postgres()).CreateDatabaseAsync() : null;
        registry.Services = registry.Build(database, connection, more);
        return registry;
    }

    /// <summary>Migrated, buckets made.</summary>
    public static async Task<TestRegistry> StartAsync(Database database, Action<IServiceCollection>? more = null)
    {
        var registry = await EmptyAsync(database, more);
        await registry.Get<RegistryMigrator>().MigrateAsync(default);
        await registry.Get<IObjectStore>().ProbeAsync(default);
        return registry;
    }

    /// <summary>Another process on the same database and folders.</summary>
    public ServiceProvider Another()
    {
        var options = Get<RegistryOptions>();
        return Build(options.IsPostgres ? Database.Postgres : Database.Sqlite, options.ConnectionString, null);
    }

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public Task<RegistryDbContext> OpenAsync() => Contexts.CreateDbContextAsync();

    public async Task<int> ExecuteAsync(string sql)
    {
        await using var db = await OpenAsync();
        return await db.Database.ExecuteSqlRawAsync(sql);
    }

    public async Task InsertAsync<TRow>(params TRow[] rows)
        where TRow : class
    {
        await using var db = await OpenAsync();
        db.AddRange(rows);
        await db.SaveChangesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private ServiceProvider Build(Database database, string? connection, Action<IServiceCollection>? more)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data:Directory"] = DataFolder,
            ["Datasets:Folder"] = SourceFolder,
            ["Database:Provider"] = database == Database.Postgres ? "postgres" : "sqlite",
            ["Database:ConnectionString"] = connection,
        }).Build();
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        new StorageModule().AddServices(services, configuration);
        new RegistryModule().AddServices(services, configuration);
        more?.Invoke(services);
        return services.BuildServiceProvider();
    }
}
