namespace FLTS.Forecasting.Prophet.Terms;

/// <summary>Kinds of terms.</summary>
public enum FeatureKind
{
    Seasonality,
    Holiday,
    Regressor,
}
