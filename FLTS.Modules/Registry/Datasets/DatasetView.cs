namespace FLTS.Modules.Registry.Datasets;

/// <summary>A dataset by name; one that is offered but was never used has no hash, size and time yet, and 0 versions.</summary>
internal sealed record DatasetView(
    DatasetName Name, string? TrainSha256, string? TestSha256, long? Size, int Versions, DateTimeOffset? RegisteredAt);
