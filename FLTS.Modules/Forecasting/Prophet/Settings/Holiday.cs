namespace FLTS.Forecasting.Prophet.Settings;

/// <summary>One occurrence of a holiday.</summary>
/// <param name="Name">Its component's name.</param>
/// <param name="Date">The day itself.</param>
/// <param name="LowerWindow">First day with an effect of its own, relative to the date, at most 0.</param>
/// <param name="UpperWindow">Last such day, at least 0.</param>
/// <param name="PriorScale">Standard deviation of its coefficients, the same for all occurrences; null: the settings'
/// <see cref="ProphetSettings.HolidaysPriorScale"/>.</param>
public sealed record Holiday(string Name, DateOnly Date, int LowerWindow = 0, int UpperWindow = 0, double? PriorScale = null);
