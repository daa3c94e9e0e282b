namespace FLTS.Forecasting.Series;

/// <summary>What a step is counted in.</summary>
public enum StepUnit
{
    /// <summary>A length of time.</summary>
    Duration,

    /// <summary>Working days, Monday to Friday.</summary>
    BusinessDay,

    /// <summary>Months, on one day of the month.</summary>
    Month,
}
