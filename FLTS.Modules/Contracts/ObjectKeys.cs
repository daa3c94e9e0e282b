using System.Globalization;

namespace FLTS.Modules.Contracts;

/// <summary>Where an object lies: a bucket (or folder) and a key inside it.</summary>
public readonly record struct ObjectKey(string Bucket, string Key)
{
    public override string ToString() => $"{Bucket}/{Key}";
}

/// <summary>The only place that builds object keys (API.md, Objects).</summary>
public static class ObjectKeys
{
    public const string DatasetBucket = "dataset";
    public const string ProcessedBucket = "processed-data";
    public const string ModelsBucket = "models";
    public const string PromotionBucket = "model-promotion";
    public const string InferenceLogBucket = "inference-logs";

    /// <summary>Every bucket FLTS uses.</summary>
    public static IReadOnlyList<string> Buckets { get; } =
        [DatasetBucket, ProcessedBucket, ModelsBucket, PromotionBucket, InferenceLogBucket];

    public static ObjectKey Source(string sha256) => new(DatasetBucket, $"{sha256}.csv");

    public static ObjectKey Train(ConfigHash configHash) => new(ProcessedBucket, $"{configHash}/train.parquet");

    public static ObjectKey Test(ConfigHash configHash) => new(ProcessedBucket, $"{configHash}/test.parquet");

    public static ObjectKey Meta(ConfigHash configHash) => new(ProcessedBucket, $"{configHash}/meta.json");

    /// <summary>A file of one attempt of a run; <paramref name="path"/> as in the manifest.</summary>
    public static ObjectKey Artifact(RunId runId, int attempt, string path) =>
        new(ModelsBucket, $"{AttemptPrefix(runId, attempt)}{path}");

    public static ObjectKey Manifest(RunId runId, int attempt) => Artifact(runId, attempt, "manifest.json");

    public static string AttemptPrefix(RunId runId, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{runId}/{attempt}/");

    public static ObjectKey PointerHistory(Identifier identifier, ConfigHash configHash, DateTimeOffset at) =>
        new(
            PromotionBucket,
            string.Create(
                CultureInfo.InvariantCulture, $"{identifier}/{configHash}/promotion-{at.UtcDateTime:yyyyMMdd'T'HHmmssfff'Z'}.json"));

    public static ObjectKey PointerOfConfig(Identifier identifier, ConfigHash configHash) =>
        new(PromotionBucket, $"{identifier}/{configHash}/current.json");

    /// <summary>What was scored of an identifier on a day (UTC).</summary>
    public static ObjectKey InferenceLog(Identifier identifier, DateTimeOffset at) =>
        new(
            InferenceLogBucket,
            string.Create(CultureInfo.InvariantCulture, $"{identifier}/{at.UtcDateTime:yyyyMMdd}/results.jsonl"));

    /// <summary>What all files of a run begin with, whichever attempt they are of.</summary>
    public static ObjectKey AllOf(RunId runId) => new(ModelsBucket, $"{runId}/");

    /// <summary>What all files of processed data begin with.</summary>
    public static ObjectKey AllOf(ConfigHash configHash) => new(ProcessedBucket, $"{configHash}/");

    /// <summary>What all pointer files and all inference logs of an identifier begin with.</summary>
    public static IReadOnlyList<ObjectKey> AllOf(Identifier identifier) =>
        [new(PromotionBucket, $"{identifier}/"), new(InferenceLogBucket, $"{identifier}/")];

    public static ObjectKey Pointer(Identifier identifier) => new(PromotionBucket, $"{identifier}/current.json");
}
