using FLTS.Modules.Registry;
using FLTS.Modules.Registry.Entities;
using FLTS.Modules.Registry.Steps;
using FLTS.Modules.Storage;
using FLTS.Tests.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace FLTS.Tests.Faults;

/// <summary>Registry and store of hosts that run in processes of their own, seen as another process of the same installation sees them.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    /// <param name="start">How the hosts were started.</param>
    public Installation(FltsStart start)
    {
        var settings = start.Environment.Select(e => KeyValuePair.Create(e.Key.Replace("__", ":", StringComparison.Ordinal), (string?)e.Value))
            .Concat(start.Settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)))
            .Append(KeyValuePair.Create("Data:Directory", (string?)start.Data));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System).AddLogging();
        new StorageModule().AddServices(services, configuration);
        new RegistryModule().AddServices(services, configuration);
        _services = services.BuildServiceProvider();
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Holds a pipeline's lease until disposed, as an evaluator does that is slow to begin: the runs end, their evaluation waits.</summary>
    public async Task<IAsyncDisposable> HoldAsync(string pipelineId) =>
        await LeaseKeeper.TryAcquireAsync<PipelineRow>(Get<ILeases>(), pipelineId, TimeProvider.System, NullLogger.Instance, CancellationToken.None)
        ?? throw new InvalidOperationException($"The evaluation of {pipelineId} has begun already.");

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }
}
