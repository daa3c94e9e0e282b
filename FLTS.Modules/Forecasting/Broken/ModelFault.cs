namespace FLTS.Forecasting.Broken;

/// <summary>How a model is made worse on purpose, to see whether that is noticed.</summary>
public enum ModelFaultKind
{
    /// <summary>Its rows are some steps old: it answers what it would have answered then.</summary>
    Stale,

    /// <summary>Its forecasts are multiplied.</summary>
    Gain,

    /// <summary>To its forecasts a share of the target's range in train is added.</summary>
    Bias,

    /// <summary>Its errors are larger by a share; a forecast whose truth is not known yet stays.</summary>
    Worse,
}

/// <summary>A fault of a model.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Size">Steps, factor or share.</param>
/// <param name="From">Forecasts from rows of this time on have it, as the rows have their times.</param>
public sealed record ModelFault(ModelFaultKind Kind, double Size, DateTime From);
