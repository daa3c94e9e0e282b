using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using FLTS.Forecasting.Intervals;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;
using FLTS.Modules.Evaluation;
using FLTS.Modules.Registry.Artifacts;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using FLTS.Modules.Training;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Tests.Evaluation;

/// <summary>
/// The real Registry, Storage and Evaluation modules on SQLite and a folder, with a small prepared dataset and stored models.
/// </summary>
internal sealed class EvaluationRig : IAsyncDisposable
{
    private readonly RegistryUnderTest _registry;
    private PreparedDataset? _dataset;
    private int _sequence;

    private EvaluationRig(RegistryUnderTest registry) => _registry = registry;

    /// <summary>Warnings and errors so far.</summary>
    public IReadOnlyCollection<string> Logged => _registry.Log.Warnings;

    public string ObjectsFolder => _registry.ObjectsFolder;

    public PreparedDataset Dataset => _dataset!;

    public T Get<T>()
        where T : notnull => _registry.Get<T>();

    public static async Task<EvaluationRig> StartAsync()
    {
        var rig = new EvaluationRig(await RegistryUnderTest.ReadyAsync(Stack.Embedded, AddServices));
        await rig.Get<IBusControl>().StartAsync();
        await rig.StoreDatasetAsync();
        return rig;
    }

    /// <summary>A pipeline whose one run is a stored NAIVE.</summary>
    public async Task<(PipelineRow Pipeline, RunRow Run)> PipelineAsync(EvaluationPolicy? policy = null)
    {
        var run = await StoreRunAsync("NAIVE", _sequence + 1);
        return (await PipelineAsync(new("station"), [run], policy), run);
    }

    /// <summary>A pipeline of runs that are stored.</summary>
    public async Task<PipelineRow> PipelineAsync(Identifier identifier, IReadOnlyList<RunRow> runs, EvaluationPolicy? policy = null)
    {
        _sequence++;
        var pipeline = new PipelineRow
        {
            PipelineId = new($"pipeline-{_sequence}"),
            ConfigHash = new(Dataset.Meta.ConfigHash),
            Identifier = identifier,
            Sequence = _sequence,
            Dataset = new("station"),
            ExpectedModelTypes = JsonSerializer.Serialize(runs.Select(r => r.ModelType)),
            Evaluation = (policy ?? new EvaluationPolicy()).ToJson().ToJsonString(),
            CreatedAt = TimeProvider.System.GetUtcNow(),
            Runs = [.. runs.Select(r =>
                new PipelineRunRow { PipelineId = new($"pipeline-{_sequence}"), ModelType = r.ModelType, RunId = r.RunId })],
        };
        await using var db = await DbAsync();
        db.Pipelines.Add(pipeline);
        await db.SaveChangesAsync();
        return pipeline;
    }

    /// <summary>Evaluates as often as asked, all at once.</summary>
    public async Task EvaluateAsync(PipelineId pipelineId, int times = 1) =>
        await Task.WhenAll(Enumerable.Range(0, times)
            .Select(_ => Task.Run(() =>
                Get<IStepJob>().RunAsync(StepNames.Evaluate, pipelineId.Value, "", StepWake.Event, CancellationToken.None))));

    public Task<RegistryDbContext> DbAsync() => _registry.OpenAsync();

    public async Task<PipelineRow> ReadPipelineAsync(PipelineId id)
    {
        await using var db = await DbAsync();
        return await db.Pipelines.AsNoTracking().SingleAsync(p => p.PipelineId == id);
    }

    public async Task<List<ChampionRow>> LedgerAsync()
    {
        await using var db = await DbAsync();
        return await db.Champions.AsNoTracking().OrderBy(c => c.Version).ToListAsync();
    }

    public async Task<List<PromotionAttemptRow>> AttemptsAsync()
    {
        await using var db = await DbAsync();
        return await db.PromotionAttempts.AsNoTracking().ToListAsync();
    }

    /// <summary>Puts a stored run into any state, where the database would allow none but those that follow.</summary>
    public async Task ForceStatusAsync(RunStatus status, RunId? runId = null)
    {
        await using var db = await DbAsync();
        await db.Database.ExecuteSqlRawAsync("DROP TRIGGER IF EXISTS runs_go_forward");
        await db.Runs.Where(r => runId == null || r.RunId == runId).ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, status));
    }

    /// <summary>Path of a stored file of a run.</summary>
    public string ArtifactPath(RunRow run, string path) => Path.Combine(
        ObjectsFolder, "models", run.RunId.Value, run.Attempt.ToString(System.Globalization.CultureInfo.InvariantCulture), path);

    public async ValueTask DisposeAsync()
    {
        await Get<IBusControl>().StopAsync();
        await _registry.DisposeAsync();
    }

    /// <summary>300 rows two minutes apart: a daily wave with noise, of which 60 are test.</summary>
    internal static PreparedDataset Prepare(int rows = 300)
    {
        var random = new Random(7);
        var start = new DateTime(2026, 3, 2);
        var table = new RawTable
        {
            Name = "station.csv",
            TimestampColumn = "time",
            Timestamps = [.. Enumerable.Range(0, rows).Select(i => start.AddMinutes(2 * i))],
            Columns = ["up", "down"],
            Header = ["up", "down"],
            Values =
            [
                [.. Enumerable.Range(0, rows).Select(i => 50 + (20 * Math.Sin(i / 30.0)) + random.NextDouble())],
                [.. Enumerable.Range(0, rows).Select(i => 90 + (30 * Math.Cos(i / 25.0)) + random.NextDouble())],
            ],
        };
        return DatasetPreparer.Prepare(PreprocessConfigParser.Parse("station", new string('a', 64), null), table);
    }

    private static void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        new EvaluationModule().AddServices(services, configuration);
        WatchedStore.Replace(services);
        services.AddSingleton<Jobs>().AddSingleton<IJobQueues>(p => p.GetRequiredService<Jobs>());
        services.AddMassTransit(bus =>
        {
            new EvaluationModule().AddConsumers(bus);
            bus.UsingInMemory((context, configure) => configure.ConfigureEndpoints(context));
        });
    }

    private async Task StoreDatasetAsync()
    {
        _dataset = Prepare();
        using var train = new MemoryStream();
        await ProcessedFiles.WriteTrainAsync(_dataset, train);
        using var test = new MemoryStream();
        await ProcessedFiles.WriteTestAsync(_dataset, test);
        var meta = ProcessedFiles.WriteMeta(_dataset.Meta);
        var (store, hash) = (Get<IObjectStore>(), _dataset.Meta.ConfigHash);
        await store.PutAsync(ObjectKeys.Train(new(hash)), train.ToArray(), CancellationToken.None);
        await store.PutAsync(ObjectKeys.Test(new(hash)), test.ToArray(), CancellationToken.None);
        await store.PutAsync(ObjectKeys.Meta(new(hash)), meta, CancellationToken.None);
        await using var db = await DbAsync();
        db.Datasets.Add(new DatasetRow
        {
            ConfigHash = new(hash),
            Identifier = new("station"),
            SourceName = new("station"),
            Config = CanonicalJson.Serialize(_dataset.Meta.Config.ToJson()),
            Status = DatasetStatus.Ready,
            TrainSha256 = Hash(train.ToArray()),
            TestSha256 = Hash(test.ToArray()),
            MetaSha256 = Hash(meta),
            CreatedAt = TimeProvider.System.GetUtcNow(),
        });
        await db.SaveChangesAsync();
    }

    /// <summary>A run that succeeded, with its artifacts in the store.</summary>
    public async Task<RunRow> StoreRunAsync(string modelType, int generation)
    {
        var family = ForecasterCatalog.Get(modelType);
        var hyperparameters = family.Normalise(null);
        var run = new RunRow
        {
            RunId = new(modelType == "NAIVE" ? $"run-{generation}" : $"run-{modelType}-{generation}"),
            ConfigHash = new(Dataset.Meta.ConfigHash),
            Identifier = new("station"),
            ModelType = modelType,
            ParamsHash = new(CanonicalJson.Hash(hyperparameters)),
            Generation = generation,
            Params = hyperparameters.ToJsonString(),
            Status = RunStatus.Succeeded,
            Attempt = 1,
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        var staging = new Staging(_registry.DataFolder).Prepare(run.RunId, run.Attempt);
        var (fit, residuals) = RunResiduals.FitWith(
            run.ModelType, hyperparameters, Dataset, new FitContext(1, null, CancellationToken.None));
        ModelStaging.Write(staging, run, hyperparameters, Dataset, fit, await KnotFile.WriteAsync(residuals));
        run.ManifestSha256 = await Get<IArtifactStore>().UploadAsync(run.RunId, run.Attempt, staging, CancellationToken.None);
        await using var db = await DbAsync();
        db.Runs.Add(run);
        await db.SaveChangesAsync();
        return run;
    }

    /// <summary>Does every evaluation at once, on a thread of the pool.</summary>
    internal sealed class Jobs(IServiceProvider services) : IJobQueues
    {
        private readonly ConcurrentBag<Task> _evaluations = [];

        public void Enqueue(StepTask task, StepWake wake) =>
            _evaluations.Add(Task.Run(() =>
                services.GetRequiredService<IStepJob>().RunAsync(task.Step, task.Id, task.Label, wake, CancellationToken.None)));

        /// <summary>Waits for what was asked for so far.</summary>
        public async Task DoneAsync()
        {
            while (_evaluations.TryTake(out var evaluation))
                await evaluation;
        }
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static PromotionPointer ReadPointer(string path) =>
        JsonSerializer.Deserialize<PromotionPointer>(File.ReadAllBytes(path), RegistryJson.Options)!;
}
