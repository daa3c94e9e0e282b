using FLTS.Forecasting.Intervals;

namespace FLTS.Forecasting.Ensemble;

/// <summary>A model of a run that may become a member of an ENSEMBLE.</summary>
/// <param name="Model">As it is served; its owner disposes it.</param>
/// <param name="Forecasts">Of its fit that had not seen the validation part; null: stored before they were kept.</param>
public sealed record RunModel(IFittedForecaster Model, ValidationForecasts? Forecasts);
