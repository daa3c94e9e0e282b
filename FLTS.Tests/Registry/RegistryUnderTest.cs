using System.Collections.Concurrent;
using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Registry.Steps;
using FLTS.Modules.Storage;
using FLTS.Tests.TestKit;
using FLTS.Tests.TestKit.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FLTS.Tests.Registry;

/// <summary>The two ways to run.</summary>
public enum Parts
{
    SqliteAndFolder,
    PostgresAndS3,
}

/// <summary>The real services of Storage and Registry, as the host would register them, on a database and object store of one test.</summary>
internal sealed class RegistryUnderTest : IAsyncDisposable
{
    /// <summary>Calls made at the same time.</summary>
    public static Task<T[]> TogetherAsync<T>(int callers, Func<int, Task<T>> call) =>
        Task.WhenAll(Enumerable.Range(0, callers).Select(i => Task.Run(() => call(i))));

    private readonly TemporaryFolder _folder;
    private readonly ServiceProvider _services;
    private readonly bool _ownsFolder;

    private RegistryUnderTest(TemporaryFolder folder, bool ownsFolder, Dictionary<string, string?> settings, Action<IServiceCollection, IConfiguration>? more)
    {
        (_folder, _ownsFolder, Settings) = (folder, ownsFolder, settings);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging(l => l.SetMinimumLevel(LogLevel.Information).AddProvider(Log));
        new StorageModule().AddServices(services, configuration);
        new RegistryModule().AddServices(services, configuration);
        more?.Invoke(services, configuration);
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    public Dictionary<string, string?> Settings { get; }

    public LogLines Log { get; } = new();

    /// <summary>Of the data, the sources and all else this test writes.</summary>
    public TemporaryFolder Folder => _folder;

    public string DatasetsFolder => Directory.CreateDirectory(_folder["datasets"]).FullName;

    public ILeases Leases => Get<ILeases>();

    public IObjectStore Store => Get<IObjectStore>();

    /// <summary>On a fresh database and fresh buckets, not yet migrated.</summary>
    public static async Task<RegistryUnderTest> CreateAsync(Parts parts, Action<IServiceCollection, IConfiguration>? more = null)
    {
        var folder = new TemporaryFolder();
        var settings = new Dictionary<string, string?>
        {
            ["Data:Directory"] = folder["data"],
            ["Datasets:Folder"] = folder["datasets"],
        };
        if (parts == Parts.PostgresAndS3)
        {
            var ceph = await TestServers.Ceph();
            settings["Database:Provider"] = "postgres";
            settings["Database:ConnectionString"] = await (await TestServers.Postgres()).CreateDatabaseAsync();
            settings["Storage:Provider"] = "s3";
            settings["Storage:S3:Endpoint"] = ceph.Endpoint;
            settings["Storage:S3:AccessKey"] = ceph.AccessKey;
            settings["Storage:S3:SecretKey"] = ceph.SecretKey;
            settings["Storage:S3:BucketPrefix"] = $"t{Guid.NewGuid().ToString("N")[..12]}-";
        }

        return new RegistryUnderTest(folder, ownsFolder: true, settings, more);
    }

    /// <summary>As <see cref="CreateAsync"/>, migrated and with its buckets.</summary>
    public static async Task<RegistryUnderTest> ReadyAsync(Parts parts, Action<IServiceCollection, IConfiguration>? more = null)
    {
        var registry = await CreateAsync(parts, more);
        await registry.Get<RegistryMigrator>().MigrateAsync(default);
        await registry.Store.ProbeAsync(default);
        return registry;
    }

    /// <summary>A second process on the same database, object store and data folder.</summary>
    public RegistryUnderTest Again(Action<IServiceCollection, IConfiguration>? more = null) => new(_folder, ownsFolder: false, Settings, more);

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>One use of the database.</summary>
    public async Task<T> UseAsync<T>(Func<RegistryDbContext, Task<T>> use)
    {
        await using var db = await Get<IDbContextFactory<RegistryDbContext>>().CreateDbContextAsync();
        return await use(db);
    }

    public Task<bool> InsertAsync<TRow>(TRow row)
        where TRow : class => UseAsync(db => db.InsertIfAbsentAsync(row, default));

    public Task<int> ExecuteAsync(string sql) => UseAsync(db => db.Database.ExecuteSqlRawAsync(sql));

    /// <summary>Puts runs into a state into which the database lets no product bring them.</summary>
    public Task<int> ForceAsync(string sql) => UseAsync(async db =>
    {
        await db.Database.ExecuteSqlRawAsync(db is SqliteRegistryDbContext ? "DROP TRIGGER IF EXISTS runs_go_forward" : "DROP TRIGGER IF EXISTS runs_go_forward ON runs");
        return await db.Database.ExecuteSqlRawAsync(sql);
    });

    public Task<RunRow> RunAsync(RunId runId) => UseAsync(db => db.Runs.AsNoTracking().SingleAsync(r => r.RunId == runId));

    public Task<DatasetRow> DatasetAsync(ConfigHash configHash) => UseAsync(db => db.Datasets.AsNoTracking().SingleAsync(d => d.ConfigHash == configHash));

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (!_ownsFolder)
            return;

        // SQLite's pool keeps the file open beyond the provider.
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }
}

/// <summary>Every log line with the name of its event.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(string? Event, string Text)> _lines = new();

    public IReadOnlyCollection<string> Texts => [.. _lines.Select(l => l.Text)];

    public int Count(string eventName) => _lines.Count(l => l.Event == eventName);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((eventId.Name, $"{formatter(state, exception)} {exception}"));

    public void Dispose()
    {
        // Nothing is held.
    }
}
