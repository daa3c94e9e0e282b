using System.Globalization;
using System.Text.Json.Nodes;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Tests.KillAnywhere;

/// <summary>Data that outlives the processes on it, and a look into it past them.</summary>
internal sealed class Installation : IAsyncDisposable
{
    public const string Dataset = "station";

    /// <summary>Nets and data so small that a pipeline takes a second: what is tested is the order of writes.</summary>
    private static readonly Dictionary<string, string> _settings = new()
    {
        ["Pipeline:DemoOnEmpty"] = "false",
        ["Models:GRU:hidden_size"] = "4",
        ["Models:GRU:epochs"] = "2",
        ["Models:LSTM:hidden_size"] = "4",
        ["Models:LSTM:epochs"] = "2",
    };

    private readonly TemporaryFolder _folder = new();
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly RegistryUnderTest _registry;

    private Installation(IReadOnlyDictionary<string, string> environment)
    {
        _environment = environment;
        WriteStation();
        _registry = RegistryUnderTest.Beside(
            new FltsStart { Data = Data, Environment = environment },
            (services, _) =>
                services.AddSingleton(new ArtifactCacheFolder(_folder["cache"])).AddSingleton<IArtifactStore, ArtifactStore>());
    }

    /// <summary>Nets, and what is made of them.</summary>
    public static JsonObject Request() => new()
    {
        ["dataset"] = Dataset,
        ["model_types"] = new JsonArray("GRU", "LSTM", "PROPHET", "ENSEMBLE"),
    };

    public string Data => _folder["data"];

    public IObjectStore Objects => _registry.Store;

    /// <summary>With a cache of its own: what it opens comes from the store.</summary>
    public IArtifactStore Artifacts => _registry.Get<IArtifactStore>();

    public static async Task<Installation> CreateAsync(Stack stack) =>
        new(stack == Stack.Full ? await FullSettings.CreateAsync() : new Dictionary<string, string>());

    /// <summary>A path beside the data, for the files of <c>FLTS_FAULT_WAIT</c> and data folders of further processes.</summary>
    public string Beside(string name) => _folder[name];

    /// <summary>Starts the armed product.</summary>
    /// <param name="point">Where it kills itself, as <c>name</c> or <c>name#n</c>; null: nowhere.</param>
    /// <param name="waitFile">With it, the process waits there instead, until this file is gone.</param>
    /// <param name="data">Its own folder; another one is another machine.</param>
    /// <param name="settings">More settings.</param>
    public FltsProcess Start(
        string? point = null, string? waitFile = null, string? data = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        var environment = new Dictionary<string, string>(_environment);
        if (point is not null)
            environment["FLTS_FAULT_POINT"] = point;
        if (waitFile is not null)
            environment["FLTS_FAULT_WAIT"] = waitFile;

        return FltsProcess.Start(new FltsStart
        {
            Host = ArmedHost.Program,
            Data = data ?? Data,
            Settings = _settings.Concat(settings ?? new Dictionary<string, string>())
                .GroupBy(s => s.Key)
                .ToDictionary(s => s.Key, s => s.Last().Value),
            Environment = environment,
            Arguments = ["--datasets", _folder["datasets"]],
        });
    }

    /// <summary>Reads rows, whether or not a process is alive.</summary>
    public Task<T> ReadAsync<T>(Func<RegistryDbContext, Task<T>> read) => _registry.UseAsync(read);

    /// <summary>Changes rows, while no process is alive.</summary>
    public Task<int> WriteAsync(Func<RegistryDbContext, Task<int>> write) => _registry.UseAsync(write);

    /// <summary>Attempts of the runs that need no training any more: run id to attempt.</summary>
    public async Task<Dictionary<RunId, int>> TrainedAsync() => await ReadAsync(async db =>
        (await db.Database.GetAppliedMigrationsAsync()).Any()
            ? await db.Runs.AsNoTracking()
                .Where(r => r.Status == RunStatus.Storing || r.Status == RunStatus.Succeeded)
                .ToDictionaryAsync(r => r.RunId, r => r.Attempt)
            : []);

    /// <summary>Of these, the ones that another machine need not train either: their artifacts are in the store.</summary>
    public async Task<Dictionary<RunId, int>> UploadedAsync()
    {
        var uploaded = new Dictionary<RunId, int>();
        foreach (var (run, attempt) in await TrainedAsync())
        {
            if (await Objects.StatAsync(ObjectKeys.Manifest(run, attempt), default) is not null)
                uploaded[run] = attempt;
        }

        return uploaded;
    }

    /// <summary>Whether a pipeline was ever asked for, as far as the rows know.</summary>
    public Task<bool> KnowsPipelineAsync() =>
        ReadAsync(async db => (await db.Database.GetAppliedMigrationsAsync()).Any() && await db.Pipelines.AnyAsync());

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _folder.Dispose();
    }

    private void WriteStation()
    {
        Directory.CreateDirectory(_folder["datasets"]);
        var start = new DateTime(2026, 1, 5);
        File.WriteAllLines(Path.Combine(_folder["datasets"], $"{Dataset}.csv"), Enumerable.Range(0, 300)
            .Select(i => string.Create(
                CultureInfo.InvariantCulture,
                $"{start.AddMinutes(2 * i):yyyy-MM-dd HH:mm:ss},{100 + (10 * Math.Sin(i / 5.0))},{20 + (i % 7)}"))
            .Prepend("time,down,up"));
    }
}
