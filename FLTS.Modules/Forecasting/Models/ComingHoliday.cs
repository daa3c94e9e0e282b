namespace FLTS.Forecasting.Models;

/// <summary>A holiday that a client knows to come.</summary>
/// <param name="Holiday">Its name in the model's own table.</param>
/// <param name="Ds">The day itself.</param>
public sealed record ComingHoliday(string Holiday, DateOnly Ds);
