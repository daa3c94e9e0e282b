using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Steps;
using FLTS.Modules.Storage;
using FLTS.Tests.TestKit.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FLTS.Tests.TestKit;

/// <summary>
/// The real services of Storage and Registry, as the host would register them, on a database and object store of one test; what else a test
/// runs is registered on top (<see cref="Steps"/>, <c>PipelineUnderTest</c>, <c>EvaluationRig</c>).
/// </summary>
internal sealed class RegistryUnderTest : IAsyncDisposable
{
    /// <summary>Calls made at the same time.</summary>
    public static Task<T[]> TogetherAsync<T>(int callers, Func<int, Task<T>> call) =>
        Task.WhenAll(Enumerable.Range(0, callers).Select(i => Task.Run(() => call(i))));

    private readonly TemporaryFolder _folder;
    private readonly ServiceProvider _services;
    private readonly bool _ownsFolder;

    private RegistryUnderTest(
        TemporaryFolder folder, bool ownsFolder, Dictionary<string, string?> settings, Action<IServiceCollection, IConfiguration>? more)
    {
        (_folder, _ownsFolder, Settings) = (folder, ownsFolder, settings);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IConfiguration>(configuration);
        services.AddMetrics();
        services.AddLogging(l => l.SetMinimumLevel(LogLevel.Information).AddProvider(Log));
        services.AddSingleton<IQueueServers, EveryQueueIsServed>();
        new StorageModule().AddServices(services, configuration);
        new RegistryModule().AddServices(services, configuration);
        more?.Invoke(services, configuration);
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    public Dictionary<string, string?> Settings { get; }

    public LogLines Log { get; } = new();

    /// <summary>Of the data, the sources and all else this test writes.</summary>
    public TemporaryFolder Folder => _folder;

    public string DataFolder => Settings["Data:Directory"]!;

    public string ObjectsFolder => Path.Combine(DataFolder, "objects");

    public string DatasetsFolder => Directory.CreateDirectory(_folder["datasets"]).FullName;

    public ILeases Leases => Get<ILeases>();

    public IObjectStore Store => Get<IObjectStore>();

    /// <summary>On a fresh database and fresh buckets, not yet migrated.</summary>
    public static async Task<RegistryUnderTest> CreateAsync(Stack stack, Action<IServiceCollection, IConfiguration>? more = null) =>
        stack == Stack.Full
            ? Create(more, await FullSettings.DatabaseAsync(await TestServers.Postgres()), FullSettings.Store(await TestServers.Ceph()))
            : Create(more);

    /// <summary>On a fresh database and a folder, not yet migrated.</summary>
    public static async Task<RegistryUnderTest> CreateAsync(Database database, Action<IServiceCollection, IConfiguration>? more = null) =>
        database == Database.Postgres
            ? Create(more, await FullSettings.DatabaseAsync(await TestServers.Postgres()))
            : Create(more);

    /// <summary>As <see cref="CreateAsync(Stack, Action{IServiceCollection, IConfiguration}?)"/>, migrated and with its buckets.</summary>
    public static async Task<RegistryUnderTest> ReadyAsync(Stack stack, Action<IServiceCollection, IConfiguration>? more = null) =>
        await (stack == Stack.Full
            ? Create(more, await MigratedDatabases.PostgresAsync(), FullSettings.Store(await TestServers.Ceph()))
            : await MigratedSqliteAsync(more)).WithBucketsAsync();

    /// <summary>
    /// As <see cref="CreateAsync(Database, Action{IServiceCollection, IConfiguration}?)"/>, migrated and with its buckets.
    /// </summary>
    public static async Task<RegistryUnderTest> ReadyAsync(Database database, Action<IServiceCollection, IConfiguration>? more = null) =>
        await (database == Database.Postgres
            ? Create(more, await MigratedDatabases.PostgresAsync())
            : await MigratedSqliteAsync(more)).WithBucketsAsync();

    /// <summary>Another process of an installation that hosts in processes of their own run on.</summary>
    /// <param name="start">How they were started.</param>
    /// <param name="more">Registered last.</param>
    public static RegistryUnderTest Beside(FltsStart start, Action<IServiceCollection, IConfiguration>? more = null) => new(
        new TemporaryFolder(),
        ownsFolder: true,
        start.Environment.Select(e => KeyValuePair.Create(e.Key.Replace("__", ":", StringComparison.Ordinal), (string?)e.Value))
            .Concat(start.Settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)))
            .Append(KeyValuePair.Create("Data:Directory", (string?)start.Data))
            .ToDictionary(),
        more);

    /// <summary>A second process on the same database, object store and data folder.</summary>
    public RegistryUnderTest Again(Action<IServiceCollection, IConfiguration>? more = null) =>
        new(_folder, ownsFolder: false, Settings, more);

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task<RegistryDbContext> OpenAsync() => Get<IDbContextFactory<RegistryDbContext>>().CreateDbContextAsync();

    /// <summary>One use of the database.</summary>
    public async Task<T> UseAsync<T>(Func<RegistryDbContext, Task<T>> use)
    {
        await using var db = await OpenAsync();
        return await use(db);
    }

    /// <exception cref="DbUpdateException">The database refuses one of them.</exception>
    public Task<int> AddRowsAsync<TRow>(params TRow[] rows)
        where TRow : class => UseAsync(db =>
        {
            db.AddRange(rows);
            return db.SaveChangesAsync();
        });

    /// <summary>Nothing where the row is there already.</summary>
    public Task<bool> InsertAsync<TRow>(TRow row)
        where TRow : class => UseAsync(db => db.InsertIfAbsentAsync(row, default));

    public Task<int> ExecuteAsync(string sql) => UseAsync(db => db.Database.ExecuteSqlRawAsync(sql));

    /// <summary>Puts runs into a state into which the database lets no product bring them.</summary>
    public Task<int> ForceAsync(string sql) => UseAsync(async db =>
    {
        await db.Database.ExecuteSqlRawAsync(
            db is SqliteRegistryDbContext ? "DROP TRIGGER IF EXISTS runs_go_forward" : "DROP TRIGGER IF EXISTS runs_go_forward ON runs");
        return await db.Database.ExecuteSqlRawAsync(sql);
    });

    public Task<RunRow> RunAsync(RunId runId) => UseAsync(db => db.Runs.AsNoTracking().SingleAsync(r => r.RunId == runId));

    public Task<DatasetRow> DatasetAsync(ConfigHash configHash) =>
        UseAsync(db => db.Datasets.AsNoTracking().SingleAsync(d => d.ConfigHash == configHash));

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (!_ownsFolder)
            return;

        // SQLite's pool keeps the file open beyond the provider.
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    /// <summary>As where every module is in this process, and works.</summary>
    private sealed class EveryQueueIsServed : IQueueServers
    {
        public DateTimeOffset? LastServed(string queue) => DateTimeOffset.UtcNow;
    }

    private static RegistryUnderTest Create(
        Action<IServiceCollection, IConfiguration>? more, params IEnumerable<KeyValuePair<string, string>>[] servers)
    {
        var folder = new TemporaryFolder();
        var settings = servers.SelectMany(s => s).ToDictionary(s => s.Key, s => (string?)s.Value);
        (settings["Data:Directory"], settings["Datasets:Folder"]) = (folder["data"], folder["datasets"]);
        return new RegistryUnderTest(folder, ownsFolder: true, settings, more);
    }

    private static async Task<RegistryUnderTest> MigratedSqliteAsync(Action<IServiceCollection, IConfiguration>? more)
    {
        var registry = Create(more);
        await MigratedDatabases.PlaceSqliteAsync(registry.DataFolder);
        return registry;
    }

    private async Task<RegistryUnderTest> WithBucketsAsync()
    {
        await Store.ProbeAsync(default);
        return this;
    }
}
