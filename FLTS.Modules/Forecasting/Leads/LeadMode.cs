namespace FLTS.Forecasting.Leads;

/// <summary>
/// The hyperparameter <c>lead_mode</c>. A complete document without it is of a recursive model, as all were before there was a choice;
/// where nothing is asked for, new models are direct.
/// </summary>
public enum LeadMode
{
    /// <summary>Answers its horizon, and is fed that to answer what comes after.</summary>
    Recursive,

    /// <summary>Answers every lead from the origin.</summary>
    Direct,
}
