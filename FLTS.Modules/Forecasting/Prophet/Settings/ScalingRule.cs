namespace FLTS.Forecasting.Prophet.Settings;

/// <summary>How y is brought to the scale of the priors.</summary>
public enum ScalingRule
{
    /// <summary>y / max|y|.</summary>
    AbsMax,

    /// <summary>(y - min) / (max - min).</summary>
    MinMax,
}
