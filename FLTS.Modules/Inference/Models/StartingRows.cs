using FLTS.Forecasting.Series;
using FLTS.Modules.Registry.Sources;

namespace FLTS.Modules.Inference.Models;

/// <summary>What a forecast without a client's rows starts from.</summary>
/// <param name="Series">On the model's scale, ending at the newest row; null where there are none.</param>
/// <param name="None">Why there are none.</param>
/// <param name="Warning">Why newer ones are not used, as a sentence; null where there are no newer ones.</param>
/// <param name="Files">The newest that were looked at; null: their dataset is not known.</param>
/// <param name="Seen"><see cref="ISourceCatalog.Additions"/> when they were looked for.</param>
internal sealed record StartingRows(PreparedSeries? Series, string? None, string? Warning, SourceFiles? Files, long Seen)
{
    /// <summary>What has to be said of the rows, as sentences.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>How often the log of the dataset had been changed; 0: it had no rows.</summary>
    public long Changes { get; init; }

    /// <summary>The newest rows of <see cref="Files"/> as they were read, over which measurements are put; null: they were not.</summary>
    public RawTable? Tail { get; init; }

    /// <summary>Why <see cref="Files"/> do not fit the model, as a sentence; null where they do. What else is warned of passes.</summary>
    public string? Unfit { get; init; }

    /// <summary>The rows of <see cref="Files"/> were out of reach: they are still to be read.</summary>
    public bool AreDue { get; init; }

    /// <summary>The data that the model came from was out of reach when it was loaded: it is still to be read.</summary>
    public bool IsTrainingDue { get; init; }
}
