using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Registry.Sources;
using FLTS.Modules.Storage;
using Microsoft.Extensions.Logging;

namespace FLTS.Modules.Preprocessing;

/// <summary>
/// One dataset prepared inside a folder of objects by the builder that pipelines use, without database, bus and web: what
/// <c>bench preprocess</c> measures.
/// </summary>
public static class LocalPreprocess
{
    /// <summary>Reads the source, writes <c>processed-data/&lt;config_hash&gt;/</c>, reads it back and verifies it.</summary>
    /// <param name="objects">Root of the objects; the source lies at <see cref="ObjectKeys.Source"/>.</param>
    /// <param name="name">Name of the dataset, for messages.</param>
    /// <param name="sha256">Of the source.</param>
    /// <param name="timezone">Of its times; null: none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Make the log of its progress.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">The source cannot be used.</exception>
    public static async Task<DatasetMeta> RunAsync(
        string objects,
        DatasetName name,
        string sha256,
        string? timezone,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken cancellation)
    {
        var config = PreprocessConfigParser.Parse(name.Value, sha256, null, new JsonObject { ["timezone"] = timezone });
        var builder = new DatasetBuilder(
            new FolderObjectStore(objects, time),
            new DatasetOptions(),
            new ComputeBudget(new ComputeThreads(Environment.ProcessorCount), new MemoryLedger(), new LimitsOptions()),
            time,
            loggers.CreateLogger<DatasetBuilder>());
        return (await builder.BuildAsync(new DatasetOrder(ConfigHash.From(config.ConfigHash), name, config, null), cancellation)).Meta;
    }
}
