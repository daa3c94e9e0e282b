namespace FLTS.Forecasting.Trees;

/// <summary>Rows of train by what they are to a fit.</summary>
internal enum TrainPart
{
    /// <summary>Before the validation part.</summary>
    Fit,

    /// <summary>The validation part.</summary>
    Check,

    /// <summary>Both, for growing again what the validation part has chosen.</summary>
    All,
}
