namespace FLTS.Forecasting.Prophet.Settings;

/// <summary>A periodic term.</summary>
/// <param name="Name">Its component's name.</param>
/// <param name="Period">Days, above 0.</param>
/// <param name="FourierOrder">Pairs of sine and cosine, at least 1.</param>
/// <param name="PriorScale">Standard deviation of its coefficients; null: the settings'
/// <see cref="ProphetSettings.SeasonalityPriorScale"/>.</param>
/// <param name="Mode">Null: the settings' <see cref="ProphetSettings.SeasonalityMode"/>.</param>
/// <param name="Condition">Name of a column of the frame that says on which rows it acts; null: on all.</param>
public sealed record Seasonality(
    string Name, double Period, int FourierOrder, double? PriorScale = null, TermMode? Mode = null, string? Condition = null);
