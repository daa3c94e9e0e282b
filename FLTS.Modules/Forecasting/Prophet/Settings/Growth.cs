namespace FLTS.Forecasting.Prophet.Settings;

/// <summary>Shape of the trend (Taylor &amp; Letham 2017, section 3.1).</summary>
public enum Growth
{
    /// <summary>Piecewise linear (equation 4).</summary>
    Linear,

    /// <summary>Saturating between floor and cap (equation 3).</summary>
    Logistic,

    /// <summary>One constant level.</summary>
    Flat,
}
