using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Preparation;

/// <summary>The small half of processed data (<c>meta.json</c>): enough to know, score and serve what was made of it.</summary>
public sealed record DatasetMeta
{
    public required PreprocessConfig Config { get; init; }

    public required string ConfigHash { get; init; }

    public required SeriesStep Step { get; init; }

    /// <summary>Targets in order.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>All columns of the prepared series in order: measured, lags, calendar.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>Scale and train statistics of every measured column (targets first).</summary>
    public required Scaler Scaler { get; init; }

    public required int TrainRows { get; init; }

    public required int TestRows { get; init; }

    /// <summary>First train row of the validation part; <see cref="TrainRows"/> where there is none.</summary>
    public required int ValidationStart { get; init; }

    /// <summary>Whether the first test row is one step after the last train row.</summary>
    public required bool TestFollowsTrain { get; init; }

    public required DatasetReport Report { get; init; }

    /// <summary>Columns that were measured: all but lags and calendar.</summary>
    public IReadOnlyList<string> Measured => [.. Scaler.Columns.Select(c => c.Name)];

    /// <summary>Targets that are flat in train.</summary>
    public IReadOnlyList<string> FlatTargets => [.. Targets.Where(t => Scaler[t].Flat)];
}
