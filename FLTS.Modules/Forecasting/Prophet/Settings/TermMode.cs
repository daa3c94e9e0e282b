namespace FLTS.Forecasting.Prophet.Settings;

/// <summary>How a term joins the trend: <c>yhat = trend * (1 + multiplicative) + additive</c>.</summary>
public enum TermMode
{
    Additive,
    Multiplicative,
}
