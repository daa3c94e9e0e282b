namespace FLTS.Forecasting.Prophet.Settings;

/// <summary>A further column that explains y; its future values come with the request.</summary>
/// <param name="Name">Column of the frame and component.</param>
/// <param name="PriorScale">Null: the settings' <see cref="ProphetSettings.HolidaysPriorScale"/>.</param>
/// <param name="Mode">Null: the settings' <see cref="ProphetSettings.SeasonalityMode"/>.</param>
/// <param name="Standardise">See <see cref="Standardisation"/>.</param>
public sealed record Regressor(
    string Name, double? PriorScale = null, TermMode? Mode = null, Standardisation Standardise = Standardisation.Auto);
