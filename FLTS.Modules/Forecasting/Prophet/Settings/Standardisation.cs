namespace FLTS.Forecasting.Prophet.Settings;

/// <summary>Whether a regressor is centred and divided by its standard deviation.</summary>
public enum Standardisation
{
    /// <summary>Unless it holds only 0 and 1, or is constant.</summary>
    Auto,
    Always,
    Never,
}
