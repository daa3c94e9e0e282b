using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Inference;
using FLTS.Modules.Inference.Models;
using FLTS.Modules.Inference.Settings;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Ledger;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Storage;
using FLTS.Modules.Training;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Tests.Inference;

/// <summary>The real Registry, Storage and Inference on SQLite and a folder, with what the steps before would leave.</summary>
internal sealed class ServingRig : IAsyncDisposable
{
    private int _runs;

    private ServingRig(RegistryUnderTest registry, TestGate gate) => (Registry, Gate) = (registry, gate);

    public RegistryUnderTest Registry { get; }

    public TestGate Gate { get; }

    public ModelSlots Slots => Get<ModelSlots>();

    public HeldStore Store => (HeldStore)Registry.Store;

    public ISourceCatalog Sources => Get<ISourceCatalog>();

    /// <summary>Where this machine notes what it serves.</summary>
    public string RecordsPath => Path.Combine(Registry.DataFolder, "cache", "served.json");

    public static async Task<ServingRig> StartAsync()
    {
        var gate = new TestGate();
        return new ServingRig(await RegistryUnderTest.ReadyAsync(Database.Sqlite, (s, c) => Add(s, c, gate)), gate);
    }

    /// <summary>The same machine after its process began anew.</summary>
    public ServingRig Again()
    {
        var gate = new TestGate();
        return new ServingRig(Registry.Again((s, c) => Add(s, c, gate)), gate);
    }

    public T Get<T>()
        where T : notnull => Registry.Get<T>();

    public Task LookAsync() => Get<ModelRefresher>().LookAsync(default);

    /// <summary>Makes a text the newest version of a dataset's part.</summary>
    public async Task<string> PutAsync(string name, string csv, string part = "train")
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        return (await Sources.AddAsync(new(name), part, file, default)).Sha256;
    }

    /// <summary>A dataset that is ready, and its source.</summary>
    public async Task<PreparedDataset> PrepareAsync(string name, string csv, JsonObject? options = null)
    {
        var dataset = WatchedModel.Prepare(name, csv, await PutAsync(name, csv), options);
        var hash = new ConfigHash(dataset.Meta.ConfigHash);
        using var train = new MemoryStream();
        await ProcessedFiles.WriteTrainAsync(dataset, train);
        using var test = new MemoryStream();
        await ProcessedFiles.WriteTestAsync(dataset, test);
        var row = Rows.Dataset(hash.Value);
        (row.SourceName, row.Identifier, row.Status) = (new(name), new(name), DatasetStatus.Ready);
        row.TrainSha256 = await StoreAsync(ObjectKeys.Train(hash), train.ToArray());
        row.TestSha256 = await StoreAsync(ObjectKeys.Test(hash), test.ToArray());
        row.MetaSha256 = await StoreAsync(ObjectKeys.Meta(hash), ProcessedFiles.WriteMeta(dataset.Meta));
        await Registry.InsertAsync(row);
        return dataset;
    }

    /// <summary>A run that succeeded, with its artifacts in the store, and the line of the ledger that makes it the champion.</summary>
    public async Task<ServedChampion> PromoteAsync(
        PreparedDataset dataset, string type, int version, string? identifier = null, JsonObject? hyperparameters = null)
    {
        hyperparameters = ForecasterCatalog.Get(type).Normalise(hyperparameters);
        var run = Rows.Run($"run-{++_runs}", dataset.Meta.ConfigHash, type, generation: _runs);
        (run.Identifier, run.Params) = (identifier is null ? run.Identifier : new(identifier), hyperparameters.ToJsonString());
        (run.Status, run.Attempt) = (RunStatus.Succeeded, 1);
        var folder = new Staging(Registry.DataFolder).Prepare(run.RunId, run.Attempt);
        var (fit, residuals) = RunResiduals.FitWith(type, hyperparameters, dataset, new FitContext(1, null, default));
        ModelStaging.Write(folder, run, hyperparameters, dataset, fit, await KnotFile.WriteAsync(residuals));
        run.ManifestSha256 = await Get<IArtifactStore>().UploadAsync(run.RunId, run.Attempt, folder, default);
        await Registry.InsertAsync(run);
        var attempt = Rows.Attempt($"attempt-{run.RunId}");
        var champion = Rows.Champion(version, attempt.AttemptId.Value, run.RunId.Value);
        (champion.Identifier, champion.ModelType, champion.ConfigHash) = (run.Identifier, type, run.ConfigHash);
        await Registry.InsertAsync(attempt);
        await Registry.InsertAsync(champion);
        return new ServedChampion(run.Identifier, version, run.RunId, run.Attempt, run.ManifestSha256, type, run.ConfigHash);
    }

    /// <summary>A rollback: a line of the ledger that names a run of before.</summary>
    public async Task<ServedChampion> PromoteAgainAsync(ServedChampion before, int version)
    {
        var attempt = Rows.Attempt($"attempt-again-{version}");
        var champion = Rows.Champion(version, attempt.AttemptId.Value, before.RunId.Value);
        (champion.Identifier, champion.ModelType, champion.ConfigHash) = (before.Identifier, before.ModelType, before.ConfigHash);
        await Registry.InsertAsync(attempt);
        await Registry.InsertAsync(champion);
        return before with { Version = version };
    }

    /// <summary>A model of a dataset, loaded as a promotion would.</summary>
    public async Task<ServedModel> LoadAsync(string name, string csv, JsonObject? options = null, string type = "NAIVE") =>
        await Get<ServedModelLoader>().LoadAsync(await PromoteAsync(await PrepareAsync(name, csv, options), type, 1, name), default);

    /// <summary>Puts other bytes in the place of a stored object; the returned action puts it right again.</summary>
    public async Task<Func<Task>> SpoilAsync(ObjectKey key, Action<byte[]>? spoil = null)
    {
        var right = await File.ReadAllBytesAsync(PathOf(key));
        var wrong = (byte[])right.Clone();
        (spoil ?? (b => b[^2] ^= 1))(wrong);
        await Store.PutAsync(key, wrong, default);
        return () => Store.PutAsync(key, right, default);
    }

    /// <summary>Whatever opens the database from now on is refused until <see cref="BringDatabaseBack"/>.</summary>
    public void TakeDatabaseAway()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(Registry.DataFolder, "flts.db*"))
            File.Move(file, file + ".away");

        Directory.CreateDirectory(Path.Combine(Registry.DataFolder, "flts.db"));
    }

    public void BringDatabaseBack()
    {
        Directory.Delete(Path.Combine(Registry.DataFolder, "flts.db"));
        foreach (var file in Directory.GetFiles(Registry.DataFolder, "flts.db*.away"))
            File.Move(file, file[..^".away".Length]);
    }

    public ValueTask DisposeAsync() => Registry.DisposeAsync();

    private static void Add(IServiceCollection services, IConfiguration configuration, TestGate gate)
    {
        new InferenceModule().AddServices(services, configuration);
        services.AddSingleton(new InferenceOptions { RefreshSeconds = 3600 }); // A look is asked for, here.
        services.AddSingleton<IStartupGate>(gate);
        var real = services.Last(s => s.ServiceType == typeof(IObjectStore)).ImplementationFactory!;
        services.AddSingleton<IObjectStore>(p => new HeldStore((IObjectStore)real(p)));
    }

    private string PathOf(ObjectKey key) => Path.Combine(Registry.ObjectsFolder, key.Bucket, key.Key);

    private async Task<string> StoreAsync(ObjectKey key, byte[] bytes)
    {
        await Store.PutAsync(key, bytes, default);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}

/// <summary>Opens when the test says so, and tells when somebody came to it.</summary>
internal sealed class TestGate : IStartupGate
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Somebody waits: it has done all that it does before.</summary>
    public Task Asked => _asked.Task;

    public void Open() => _open.TrySetResult();

    public Task OpenedAsync(CancellationToken cancellation)
    {
        _asked.TrySetResult();
        return _open.Task.WaitAsync(cancellation);
    }
}
