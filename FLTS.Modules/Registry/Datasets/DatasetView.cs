namespace FLTS.Modules.Registry.Datasets;

/// <summary>A dataset by name; one that is offered but was never used has no hash, size and time yet, and 0 versions.</summary>
/// <param name="Name">Its name.</param>
/// <param name="SeriesOf">The dataset of whose files this is one series; null: the files are its own.</param>
/// <param name="TrainSha256">Of its newest files.</param>
/// <param name="TestSha256">Null: test is cut from train.</param>
/// <param name="Size">Of both.</param>
/// <param name="Versions">Of train.</param>
/// <param name="RegisteredAt">When the newest train was.</param>
internal sealed record DatasetView(
    DatasetName Name,
    DatasetName? SeriesOf,
    string? TrainSha256,
    string? TestSha256,
    long? Size,
    int Versions,
    DateTimeOffset? RegisteredAt);
