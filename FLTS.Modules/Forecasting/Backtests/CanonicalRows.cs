using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Backtests;

/// <summary>Rows that canonical forecasts are made from, for all models of their form. For one caller at a time.</summary>
/// <param name="data">Never clipped; its test part holds the truths, its train part the rows that are looked at before.</param>
public sealed class CanonicalRows(PreparedDataset data)
{
    internal PreparedDataset Data => data;

    /// <summary>Both parts.</summary>
    internal PreparedSeries Series { get; } = SeriesJoin.Join(data.Train, 0, data.Test);

    /// <summary>As the models see them that were asked before.</summary>
    internal RescaledColumns Rescaled { get; } = new();
}
