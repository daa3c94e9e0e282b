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

    /// <summary>What a fit is given.</summary>
    public TrainingSet TrainingSet => new(Train, Meta.ValidationStart, Meta.Scaler);

    /// <summary>From scaled forecasts back to original units.</summary>
    public ForecastRestorer Restorer => new(Meta.Scaler, Meta.Targets, Meta.Step);
}
