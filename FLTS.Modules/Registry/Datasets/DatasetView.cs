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
    DateTimeOffset? RegisteredAt) : IHasActions<DatasetView>
{
    /// <summary>What the caller may do with it now: its role allows it, and its state does not forbid it.</summary>
    public IReadOnlyList<string> AllowedActions { get; init; } = [];

    /// <summary>Of any dataset.</summary>
    public static IEnumerable<ResourceAction> ActionsOf(DatasetName? seriesOf)
    {
        yield return new("start_pipeline", "StartPipeline");
        yield return new("append", "AppendRows");
        if (seriesOf is not null)
            yield break; // Its files are another's.

        yield return new("upload", "PutDataset");
        yield return new("delete", "DeleteDataset");
    }

    public IEnumerable<ResourceAction> PossibleActions() => ActionsOf(SeriesOf);

    public DatasetView WithActions(IReadOnlyList<string> allowed) => this with { AllowedActions = allowed };
}
