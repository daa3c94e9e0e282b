using FLTS.Forecasting.Scaling;

namespace FLTS.Forecasting.Preparation;

/// <summary>What a served model was trained with: how its rows are prepared and what it needs.</summary>
public sealed record ServingModel(PreprocessConfig Config, Scaler Scaler, ModelSignature Signature)
{
    private ServingPlan? _plan;

    /// <summary>A copy is made to have another member: its plan is another one.</summary>
    private ServingModel(ServingModel other) => (Config, Scaler, Signature) = (other.Config, other.Scaler, other.Signature);

    /// <summary>How far back the model's own lag columns reach; 0 where it has none, whatever lags its dataset has.</summary>
    public int LargestLag => Plan.LargestLag;

    /// <summary>Rows needed in one segment: the model's input and what its lags reach back.</summary>
    public int RowsNeeded => Signature.InputLength + LargestLag;

    /// <summary>What follows from all this, worked out once.</summary>
    internal ServingPlan Plan => _plan ??= new ServingPlan(Config, Scaler, Signature);
}
