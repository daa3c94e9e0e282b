namespace FLTS.Forecasting.Prophet.Settings;

/// <summary>What observations scatter by around the curve, in intervals.</summary>
public enum ObservationNoise
{
    /// <summary>
    /// N(0, sigma_obs), as Prophet: where the history holds spikes that no term explains, they widen sigma_obs and the
    /// interval covers more than it promises.
    /// </summary>
    Normal,

    /// <summary>
    /// As the history's own residuals do: the interval covers the promised share of the history whatever their distribution.
    /// </summary>
    Residuals,
}
