namespace FLTS.Modules.Registry.Sources;

/// <summary>
/// Requests that read a whole dataset take turns: each needs memory for all its numbers, and clients decide how many come at once.
/// </summary>
internal sealed class ReadingTurn(DatasetOptions options) : BoundedTurns(1, options.MaxWaiting, () => new TooManyException(
    $"{options.MaxWaiting} requests wait already for a dataset to be read (Datasets:MaxWaiting); try again in a few seconds.", 5));
