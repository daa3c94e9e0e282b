using FLTS.Forecasting.Scaling;
using FLTS.Forecasting.Series;

namespace FLTS.Forecasting.Models;

/// <summary>Train rows of which those from <see cref="ValidationStart"/> on validate (FORECASTING.md 4).</summary>
/// <param name="Series">The whole train part.</param>
/// <param name="ValidationStart">First row of the validation part; equals <see cref="PreparedSeries.Rows"/> where there is none.</param>
/// <param name="Scaler">From the series' scale to original units, for models that need them; null: unknown.</param>
public sealed record TrainingSet(PreparedSeries Series, int ValidationStart, Scaler? Scaler = null);
