using System.Text;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Demo;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Preprocessing;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Training.References;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FLTS.Tests.TestKit;

/// <summary>Preprocessing and training on top of <see cref="RegistryUnderTest"/>: what the tests of both steps share.</summary>
internal static class Steps
{
    /// <summary>With the real modules and a bus in memory.</summary>
    /// <param name="stack">Database and object store.</param>
    /// <param name="more">Registered last: it replaces what was registered before.</param>
    public static async Task<RegistryUnderTest> ReadyAsync(Stack stack, Action<IServiceCollection>? more = null)
    {
        var registry = await RegistryUnderTest.ReadyAsync(stack, (services, configuration) => Add(services, configuration, more));
        await RecordingBus.StartAsync(registry);
        return registry;
    }

    public static RecordingBus Bus(this RegistryUnderTest registry) => registry.Get<RecordingBus>();

    /// <summary>CSV of a demo station.</summary>
    public static string DemoCsv(int rows)
    {
        using var stream = new MemoryStream();
        DemoStation.Write(stream, rows, seed: 3);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>A queued dataset of a CSV, as a pipeline would record it.</summary>
    public static async Task<DatasetRow> QueueDatasetAsync(this RegistryUnderTest registry, string csv, JsonObject? options = null)
    {
        await File.WriteAllTextAsync(Path.Combine(registry.DatasetsFolder, "station.csv"), csv);
        var source = await registry.Get<ISourceCatalog>().ResolveAsync(new("station"), default);
        var config = PreprocessConfigParser.Parse("station", source.TrainSha256, source.TestSha256, options);
        var row = Rows.Dataset(config.ConfigHash);
        row.Config = CanonicalJson.Serialize(config.ToJson());
        await registry.InsertAsync(row);
        return row;
    }

    public static Task PrepareAsync(this RegistryUnderTest registry, DatasetRow dataset) =>
        registry.RunStepAsync(StepNames.Preprocess, dataset.ConfigHash.Value);

    /// <summary>Does a step on a row, as a job of its queue would.</summary>
    public static Task RunStepAsync(
        this RegistryUnderTest registry,
        string step,
        string id,
        StepWake wake = StepWake.Event,
        CancellationToken cancellation = default) =>
        registry.Get<IStepJob>().RunAsync(step, id, "", wake, cancellation);

    /// <summary>A small demo dataset that is ready.</summary>
    public static async Task<DatasetRow> PrepareDemoAsync(this RegistryUnderTest registry)
    {
        var dataset = await registry.QueueDatasetAsync(DemoCsv(300));
        await registry.PrepareAsync(dataset);
        return dataset;
    }

    /// <summary>A queued run on a dataset.</summary>
    public static async Task<RunRow> QueueRunAsync(
        this RegistryUnderTest registry, DatasetRow dataset, string type, JsonObject? hyperparameters = null)
    {
        var row = Rows.Run($"run-{type.ToLowerInvariant()}", dataset.ConfigHash.Value, type);
        var complete = ForecasterCatalog.Get(type).Normalise(hyperparameters);
        (row.Params, row.ParamsHash) = (CanonicalJson.Serialize(complete), new(CanonicalJson.Hash(complete)));
        await registry.InsertAsync(row);
        return row;
    }

    /// <summary>Puts a file where the folder store's root is: everything is refused until <see cref="BringStoreBack"/>.</summary>
    public static void TakeStoreAway(this RegistryUnderTest registry)
    {
        Directory.Move(Objects(registry), Objects(registry) + ".away");
        File.WriteAllText(Objects(registry), "away");
    }

    public static void BringStoreBack(this RegistryUnderTest registry)
    {
        File.Delete(Objects(registry));
        Directory.Move(Objects(registry) + ".away", Objects(registry));
    }

    /// <summary>What <paramref name="deaths"/> killed workers leave: a lease nobody renews, and the deaths counted before.</summary>
    public static Task<int> LeaveDeadAsync(this RegistryUnderTest registry, string table, int deaths) =>
        registry.ExecuteAsync(
            $"UPDATE {table} SET status = 'running', lease_owner = 'dead', lease_heartbeat = 0, lease_token = {deaths}, deaths = "
            + $"{deaths - 1}");

    private static string Objects(RegistryUnderTest registry) => Path.Combine(registry.Settings["Data:Directory"]!, "objects");

    private static void Add(IServiceCollection services, IConfiguration configuration, Action<IServiceCollection>? more)
    {
        RecordingBus.Add(services);
        new PreprocessingModule().AddServices(services, configuration);
        new ReferencesModule().AddServices(services, configuration);
        more?.Invoke(services);
    }
}
