namespace FLTS.Forecasting.Metrics;

/// <summary>A forecast holds NaN or infinity: that candidate has failed, by name.</summary>
public sealed class NonFiniteForecastException(string message) : FltsException(message);
