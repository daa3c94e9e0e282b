using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Preparation;

/// <summary>A dataset ready for training and scoring.</summary>
public sealed class PreparedDataset
{
    public required DatasetMeta Meta { get; init; }

    public required PreparedSeries Train { get; init; }

    /// <summary>May have no rows (lags longer than every segment).</summary>
    public required PreparedSeries Test { get; init; }

    /// <summary>
    /// [M][test rows] Targets in original units, never clipped; NaN where nothing was observed: the only truth that is scored.
    /// </summary>
    public required double[][] TestTruth { get; init; }

    /// <summary>
    /// <see cref="Train"/> before clipping, on the same scale; null where nothing is clipped, or it was stored before this was kept.
    /// </summary>
    public PreparedSeries? TrainUnclipped { get; init; }

    /// <summary>The same of <see cref="Test"/>.</summary>
    public PreparedSeries? TestUnclipped { get; init; }

    /// <summary>
    /// What references and champions of other configurations see (FORECASTING.md 3.4); this where there is nothing else.
    /// </summary>
    public PreparedDataset Unclipped => TrainUnclipped is { } train && TestUnclipped is { } test
        ? new PreparedDataset { Meta = Meta, Train = train, Test = test, TestTruth = TestTruth }
        : this;

    /// <summary>What a fit is given.</summary>
    public TrainingSet TrainingSet => new(Train, Meta.ValidationStart, Meta.Scaler);

    /// <summary>From scaled forecasts back to original units.</summary>
    public ForecastRestorer Restorer => new(Meta.Scaler, Meta.Targets, Meta.Step);
}
