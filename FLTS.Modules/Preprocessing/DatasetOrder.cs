using System.Text.Json.Nodes;
using FLTS.Forecasting.Preparation;
using FLTS.Modules.Registry.Datasets;
using FLTS.Modules.Registry.Schema;

namespace FLTS.Modules.Preprocessing;

/// <summary>What is to be prepared.</summary>
/// <param name="ConfigHash">Under which it is stored.</param>
/// <param name="Name">Of the source dataset, for messages.</param>
/// <param name="Config">Sources and options.</param>
/// <param name="Stored">What was stored when it was prepared before; null the first time.</param>
internal sealed record DatasetOrder(ConfigHash ConfigHash, DatasetName Name, PreprocessConfig Config, DatasetHashes? Stored)
{
    public static DatasetOrder Of(DatasetRow row) => new(
        row.ConfigHash,
        row.SourceName,
        PreprocessConfigParser.FromJson(JsonNode.Parse(row.Config)!.AsObject()),
        row.MetaSha256 is { } meta ? new DatasetHashes(row.TrainSha256!, row.TestSha256!, meta) : null);
}

/// <summary>A dataset that is stored, read back and found right.</summary>
internal sealed record BuiltDataset(DatasetMeta Meta, DatasetHashes Hashes);
