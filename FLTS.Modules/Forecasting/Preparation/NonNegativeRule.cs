namespace FLTS.Forecasting.Preparation;

/// <summary>Which targets have 0 as their least forecast where <see cref="TargetBounds"/> state none.</summary>
public enum NonNegativeRule
{
    /// <summary>Those whose values so far, train and the rows up to the forecast's origin, are all at least 0.</summary>
    Auto,

    /// <summary>None.</summary>
    Off,

    /// <summary>All.</summary>
    On,
}
